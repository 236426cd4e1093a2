"""cloudaudit.toml: what the organisation decided once, so that nobody has to say it on every command line.

categories = ["availability", "confidentiality"]   # in scope beside security, which always is
complete = false            # true: the targets hold the whole account, so what is missing is a failure
profile = "soc2"            # how much is asked: soc2, strict (hardening, keys of your own), all (hygiene besides)
exclude = ["examples/*"]    # roots that are not looked at, by their path in the repository
fail_on = "high"            # lowest severity that fails a build: low, medium, high, critical or never
blocking_themes = []        # where named, only failures about these fail a build ...
blocking_criteria = []      # ... or under these: ["CC6.1", "A1.2"]
inline = true               # whether comments in the source may silence rules; under --policy they may not by default
waivers = "waivers.yaml"    # accepted failures with owner, approver and last day; beside this file
baseline = "cloudaudit-baseline.json"   # failures that were there when you began ("cloudaudit baseline write")
aggregator = "org@eu-west-1/111111111111"   # of AWS Config: NAME, NAME@REGION or with its account; spares audits calls

[parameters]                # limits that rules compare with; "cloudaudit rules show" names them
audit_period_days = 365

[environments]              # account id, network or range = "prod", "staging", "dev", "test", "nonprod" or "shared"
111111111111 = "prod"
"10.20.0.0/16" = "prod"

[environment_names]         # words of yours for environments, in tags, workspaces, folders and names, besides:
live = "prod"               # prod, production, prd; staging, stg, uat, preprod, preproduction; dev, development,
demo = "demo"               # sandbox, sbx; test, testing, qa; nonprod, nonproduction, nprd; shared, tooling

[export]                    # how findings become tickets; where they go, and with which token, is never said here
group_by = ""               # one ticket for each: rule, resource or root; empty for one a finding
group_above = 10            # ... once so many findings would share it
max_new = 50                # the most tickets that one run makes
labels = ["security"]       # besides "cloudaudit" and "severity: high"
milestone = ""              # Jira: a fix version; Linear: a project
confidential = false        # GitLab: confidential issues; Redmine: private ones; else: a private place is a must
security_level = ""         # Jira: the name of the level
type = ""                   # Jira: the issue type; Redmine: the tracker; GitHub: the issue type

[export.due_days]           # days until a ticket is due, by severity
critical = 7

[export.priorities]         # what the tracker calls a priority, by severity
critical = "Highest"

[export.assignees]          # who gets a ticket: by owner, else by path, address or account, the last that matches
"team:payments" = "alice"
"envs/prod/*" = "bob"

[export.states]             # what the tracker calls its states: open, fixed, accepted, removed
fixed = "Done"              # Jira: or the way there, "In Progress > Done"

[export.fields]             # fields that the tracker requires, by their ids
customfield_10010 = "infrastructure"

[[overrides]]               # for roots or files at these paths, another severity fails the build
paths = ["envs/dev/*"]
fail_on = "critical"
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.errors import SettingsError
from cloudaudit.model import DEFAULT_PROFILE, Record, Severity, Theme

FILE = "cloudaudit.toml"
CATEGORIES = ("security", "availability", "confidentiality", "processing-integrity", "privacy")
SEVERITIES = (*(severity.value for severity in Severity), "never")
THEMES = tuple(theme.value for theme in Theme)
PROFILES = ("soc2", "strict", "all")
GROUPS = ("", "rule", "resource", "root")
STATES = ("open", "fixed", "accepted", "removed")
ENVIRONMENTS = ("prod", "staging", "dev", "test", "nonprod", "shared")


class Override(Record, frozen=True):
    """What fails a build at some paths: patterns of roots or files, and the lowest severity."""

    paths: tuple[str, ...]
    fail_on: str


class Export(Record, frozen=True):
    """How findings become tickets. Addresses and tokens are not among it: the settings of a repository under test must
    not say where a token is sent."""

    group_by: str = ""
    group_above: int = 10
    max_new: int = 50
    labels: tuple[str, ...] = ()
    milestone: str = ""
    confidential: bool = False
    security_level: str = ""
    type: str = ""
    due_days: dict[str, int] = {}
    priorities: dict[str, str] = {}
    assignees: dict[str, str] = {}
    states: dict[str, str] = {}
    fields: dict[str, Any] = {}


class Settings(Record, frozen=True):
    """Everything that cloudaudit.toml may say, with what holds when it does not."""

    categories: tuple[str, ...] = ("availability", "confidentiality")
    complete: bool = False
    profile: str = DEFAULT_PROFILE
    exclude: tuple[str, ...] = ()
    fail_on: str = "high"
    blocking_themes: tuple[str, ...] = ()
    blocking_criteria: tuple[str, ...] = ()
    inline: bool | None = None
    waivers: str = ""
    baseline: str = ""
    aggregator: str = ""
    overrides: tuple[Override, ...] = ()
    parameters: dict[str, Any] = {}
    environments: dict[str, str] = {}
    environment_names: dict[str, str] = {}
    export: Export = Export()

    @property
    def scope(self) -> tuple[str, ...]:
        """The categories in scope, in the order of the criteria; security always is."""
        return tuple(name for name in CATEGORIES if name == "security" or name in self.categories)


def find(start: Path) -> Path | None:
    """The cloudaudit.toml of `start` or of the nearest folder above it, not above the repository."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE
        if (folder / ".git").exists():
            return None
    return None


def load(path: Path | None) -> Settings:
    """The settings in the file, or the defaults when there is none. Raises SettingsError with file and line."""
    if path is None:
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: this is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}:{_line(text, str(error))}: {error}") from error
    _validate(settings, path, text)
    beside = {name: _beside(path, getattr(settings, name)) for name in ("waivers", "baseline")}
    return msgspec.structs.replace(settings, **beside)


def schema() -> dict[str, Any]:
    """The shape of the file as a JSON Schema, for editors. The loader knows more: which names there are."""
    made = msgspec.json.schema(Settings)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FILE, **made}


def _beside(path: Path, file: str) -> str:
    """The place of a file that the settings name: beside them, unless it is absolute."""
    return str(path.parent / file) if file else ""


def _validate(settings: Settings, path: Path, text: str) -> None:
    known_by_name = {
        "fail_on": (settings.fail_on, SEVERITIES),
        **{f"fail_on of override {one.paths[:1]}": (one.fail_on, SEVERITIES) for one in settings.overrides},
        **{f"blocking_themes {name}": (name, THEMES) for name in settings.blocking_themes},
        "profile": (settings.profile, PROFILES),
        "group_by": (settings.export.group_by, GROUPS),
        **{f"due_days {name}": (name, SEVERITIES[:-1]) for name in settings.export.due_days},
        **{f"priorities {name}": (name, SEVERITIES[:-1]) for name in settings.export.priorities},
        **{f"states {name}": (name, STATES) for name in settings.export.states},
    }
    for name, (value, allowed) in known_by_name.items():
        if value not in allowed:
            raise SettingsError(f"{path}:{_line(text, value)}: {name}: {value!r} is none of {', '.join(allowed)}")
    for name in settings.categories:
        if name not in CATEGORIES:
            known = ", ".join(CATEGORIES)
            raise SettingsError(f"{path}:{_line(text, name)}: no category {name!r}; there are {known}")
    for word in settings.environment_names:
        if not re.fullmatch(r"[A-Za-z]+", word):
            raise SettingsError(f"{path}:{_line(text, word)}: {word!r} is no single word: letters only")
    environments = dict.fromkeys((*ENVIRONMENTS, *settings.environment_names.values()))
    for account, name in settings.environments.items():
        if name not in environments:
            known = ", ".join(environments)
            raise SettingsError(f"{path}:{_line(text, account)}: no environment {name!r}; there are {known}")


def _line(text: str, message: str) -> int:
    """The first line that holds the last name in `message` that occurs in the file at all; 1 if none does."""
    lines = text.splitlines()
    for word in reversed(re.findall(r"[\w-]+", message)):
        for number, line in enumerate(lines, start=1):
            if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", line.partition("#")[0]):
                return number
    return 1
