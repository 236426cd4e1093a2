"""Words that name an environment. Whole words only: a product is no prod, a device no dev."""

import functools
import re
from collections.abc import Mapping

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST = 500

ALIASES = {
    "prod": "prod", "production": "prod", "prd": "prod",
    "staging": "staging", "stg": "staging", "uat": "staging", "preprod": "staging", "preproduction": "staging",
    "dev": "dev", "development": "dev", "sandbox": "dev", "sbx": "dev",
    "test": "test", "testing": "test", "qa": "test",
    "nonprod": "nonprod", "nonproduction": "nonprod", "nprd": "nonprod",
    "shared": "shared", "tooling": "shared",
}  # fmt: skip
"""What each word means, unless the settings say otherwise."""

CANONICAL = ("prod", "staging", "dev", "test", "nonprod", "shared")
"""The environments that words stand for by default."""

# Words that mean an environment where one is expected (a tag, a workspace, a folder of environments), and else
# something else.
_ONLY_EXPECTED = {
    "live": "prod", "stage": "staging", "acceptance": "staging", "ci": "test", "integration": "test",
    "common": "shared", "network": "shared",
}  # fmt: skip

# Names hold these for other reasons: a shared library, a test report, tooling.
_NOT_IN_NAMES = {"test", "shared"}

# Environments that serve all others. "security" may be the whole value of a tag, and no word among others.
SHARED = {
    "shared", "network", "security", "audit", "management", "global", "infra", "infrastructure", "ops", "operations",
    "logging", "log-archive", "tools", "all", "mgmt",
}  # fmt: skip


@functools.lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, "non prod" and "pre prod" joined."""
    found = [word.lower() for word in _WORDS.findall(text[:_LONGEST])]
    joined: list[str] = []
    for word in found:
        if joined and joined[-1] in ("non", "pre", "not") and ALIASES.get(word) == "prod":
            joined[-1] = "preprod" if joined[-1] == "pre" else "nonprod"
        else:
            joined.append(word)
    return tuple(joined)


_CONTAINERS = {"env", "envs", "environment", "environments", "live", "accounts", "stages", "stacks", "workspaces"}


class Vocabulary:
    """The words that name an environment: ours, and those that the settings add or give another meaning."""

    def __init__(self, added: Mapping[str, str] | None = None) -> None:
        given = {word.lower(): name.strip().lower() for word, name in (added or {}).items()}
        self._aliases = {**ALIASES, **given}
        self._expected = {**_ONLY_EXPECTED, **self._aliases}
        self._given = frozenset(given)
        self._hint = re.compile("|".join(sorted({"prd", *map(re.escape, self._aliases)})))

    def may_name(self, text: str) -> bool:
        """Whether some word of an environment is in the text at all; a look that costs little."""
        return self._hint.search(text.lower().replace("-", "").replace("_", "")) is not None

    def recognised(self, text: str) -> str:
        """The environment that a value names where one is expected; empty if it is none that we know, or several."""
        found = {self._expected[word] for word in words(text) if word in self._expected}
        return found.pop() if len(found) == 1 else ""

    def stated(self, text: str) -> str:
        """The environment that a value names where one is expected; a value of no known word stands for itself."""
        return self.recognised(text) or text.strip().lower()

    def named(self, text: str) -> str:
        """The environment that a name holds by the way; empty if none, or several ("prod-to-dev")."""
        if not self.may_name(text):
            return ""
        found = {word: self._aliases[word] for word in words(text) if word in self._aliases}
        names = set(found.values())
        name = names.pop() if len(names) == 1 else ""
        return "" if name in _NOT_IN_NAMES and not self._given & found.keys() else name

    def in_path(self, path: str) -> str:
        """The environment that a folder stands for: "envs/prod". A folder called test is one only below such as
        envs, and one called live is none if what it holds is one."""
        found: set[str] = set()
        folders = [folder for folder in path.replace("\\", "/").split("/") if folder not in ("", ".", "..")]
        for index, folder in enumerate(folders):
            below = folders[index + 1] if index + 1 < len(folders) else ""
            if folder.lower() in _CONTAINERS and self.recognised(below):
                continue
            expected = index > 0 and folders[index - 1].lower() in _CONTAINERS
            if name := self.recognised(folder) if expected else self.named(folder):
                found.add(name)
        return found.pop() if len(found) == 1 else ""


DEFAULT = Vocabulary()
in_path, named, recognised, stated = DEFAULT.in_path, DEFAULT.named, DEFAULT.recognised, DEFAULT.stated


def differ(one: str, other: str) -> bool:
    """Whether two environments must be kept apart: they are not the same, and neither serves all."""
    if one == other or one in SHARED or other in SHARED:
        return False
    return not ("nonprod" in (one, other) and "prod" not in (one, other))
