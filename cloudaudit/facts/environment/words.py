"""Words that name an environment. Whole words only: a product is no prod, a device no dev."""

import functools
import re

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST = 500

ALIASES = {
    "prod": "prod", "production": "prod", "prd": "prod",
    "staging": "staging", "stg": "staging", "uat": "staging", "preprod": "staging", "preproduction": "staging",
    "dev": "dev", "development": "dev", "sandbox": "dev",
    "test": "test", "testing": "test", "qa": "test",
    "nonprod": "nonprod", "nonproduction": "nonprod", "nprd": "nonprod",
    "shared": "shared", "tooling": "shared",
}  # fmt: skip

# Words that mean an environment where one is expected (a tag, a workspace, a folder of environments), and else
# something else.
_ONLY_EXPECTED = {"live": "prod", "stage": "staging", "ci": "test", "common": "shared", "network": "shared"}

# Names hold these for other reasons: a shared library, a test report, tooling.
_NOT_IN_NAMES = {"test", "shared"}

SHARED = {"shared", "network", "security", "audit", "management"}


_HINT = re.compile("prod|prd|stag|stg|uat|dev|sandbox|test|qa|shared|tooling")


def may_name(text: str) -> bool:
    """Whether some word of an environment is in the text at all; a look that costs little."""
    return _HINT.search(text.lower()) is not None


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


def stated(text: str) -> str:
    """The environment that a value names where one is expected; a value of no known word stands for itself."""
    found = {ALIASES.get(word) or _ONLY_EXPECTED.get(word) for word in words(text)} - {None}
    return str(found.pop()) if len(found) == 1 else text.strip().lower()


def recognised(text: str) -> str:
    """The environment that a value names where one is expected; empty if it is none that we know, or several."""
    found = {ALIASES.get(word) or _ONLY_EXPECTED.get(word) for word in words(text)} - {None}
    return str(found.pop()) if len(found) == 1 else ""


def named(text: str) -> str:
    """The environment that a name holds by the way; empty if none, or several ("prod-to-dev")."""
    if not may_name(text):
        return ""
    found = {ALIASES[word] for word in words(text) if word in ALIASES}
    name = found.pop() if len(found) == 1 else ""
    return "" if name in _NOT_IN_NAMES else name


_CONTAINERS = {"env", "envs", "environment", "environments", "live", "accounts", "stages", "stacks", "workspaces"}


def in_path(path: str) -> str:
    """The environment that a folder stands for: "envs/prod". A folder called test is one only below such as envs."""
    found: set[str] = set()
    folders = [folder for folder in path.replace("\\", "/").split("/") if folder not in ("", ".", "..")]
    for index, folder in enumerate(folders):
        expected = index > 0 and folders[index - 1].lower() in _CONTAINERS
        if name := recognised(folder) if expected else named(folder):
            found.add(name)
    return found.pop() if len(found) == 1 else ""


def differ(one: str, other: str) -> bool:
    """Whether two environments must be kept apart: they are not the same, and neither serves all."""
    if one == other or one in SHARED or other in SHARED:
        return False
    return not ("nonprod" in (one, other) and "prod" not in (one, other))
