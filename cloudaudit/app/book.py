"""The rules: ours and those of a request, their examples, and the criteria that they cover."""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudaudit.app.request import Request
from cloudaudit.app.targets import load
from cloudaudit.criteria import assess, catalogue
from cloudaudit.errors import RuleError, SettingsError
from cloudaudit.model import CriterionState, Finding, Rule
from cloudaudit.sources import Options

if TYPE_CHECKING:
    from cloudaudit.engine import RuleSet
    from cloudaudit.engine.examples import Outcome
    from cloudaudit.engine.foreign import ForeignBook
    from cloudaudit.graph import ResourceGraph


def check(
    graph: "ResourceGraph", rules: Iterable[str] = (), parameters: Mapping[str, Any] | None = None
) -> Iterator[Finding]:
    """The verdict of every rule, or of those named, on every resource of the graph that it applies to.

    `parameters` replaces the defaults of some. SettingsError if there is no such parameter or its type is another.
    """
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415 - loading a graph needs no engine
    from cloudaudit.engine.parameters import parameters as complete  # noqa: PLC0415

    return judge(_named(tuple(rules)), graph, complete(parameters))


def values(request: Request) -> dict[str, Any]:
    """The parameters of the run: what the settings say, else the profile, else the defaults."""
    from cloudaudit.engine.parameters import parameters  # noqa: PLC0415 - loading a graph needs no engine
    from cloudaudit.engine.profiles import profile  # noqa: PLC0415

    changed = profile(request.profile or request.settings.profile).parameters
    return parameters({**changed, **request.settings.parameters})


@functools.lru_cache(maxsize=8)
def _named(ids: tuple[str, ...]) -> "RuleSet":
    """Our rules, or those named; kept, since a caller judges one graph after another."""
    return rule_set(Request(only=ids))


def rules(request: Request, names: Sequence[str] = ()) -> list[Rule]:
    """The rules by id. `names` picks by id, by former id, or by the id that a peer gives the same check."""
    found = rule_set(request)
    if not names:
        return list(found.rules.values())
    ids: dict[str, None] = {}
    for name in names:
        same = [rule.id for rule in found.rules.values() if any(name in peers for peers in rule.same_as.values())]
        ids |= dict.fromkeys(same or [find_rule(found, name)])
    return [found.rules[name] for name in ids]


def examples(request: Request) -> list["Outcome"]:
    """What became of every example of the rules: whether it is judged as it says."""
    import tempfile  # noqa: PLC0415 - rarely used

    from cloudaudit.engine import examples as engine  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:

        def read(text: str, complete: bool) -> "ResourceGraph":
            for file in Path(folder).iterdir():
                file.unlink()  # writing over a file waits for the disk
            for name, content in engine.files(text).items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            found = list(load(folder, Options(complete=complete)))
            if not found:
                raise RuleError("the example holds no resource")
            return found[0]

        return list(engine.run(rule_set(request), read))


def criteria(request: Request, names: Sequence[str] = ()) -> list[CriterionState]:
    """All criteria, or those named, with the rules that cover them; no run, so nothing is counted. SettingsError for an
    id that is no criterion's."""
    states = assess((), rule_set(request).rules, request.settings.scope)
    by_id = {state.criterion.id.upper(): state for state in states}
    for name in names:
        if name.upper() not in by_id:
            raise SettingsError(f'there is no criterion {name}; "cloudaudit criteria" names them')
    return [by_id[name.upper()] for name in names] if names else list(states)


def rule_set(request: Request) -> "RuleSet":
    """Our rules and those of the request, narrowed to what it asks for; without a profile, those of all profiles.
    SettingsError for an id that no rule has."""
    from cloudaudit.engine import rulefile  # noqa: PLC0415
    from cloudaudit.engine.profiles import WHOLE, members  # noqa: PLC0415

    found = rulefile.load(
        [own_rules(), *map(Path, request.rule_paths)],
        criteria={criterion.id for criterion in catalogue()},
        scanned=map(Path, request.targets),
    )
    if request.only:
        found = found.only({find_rule(found, name) for name in request.only})
    if request.themes:
        found = found.only({name for name, rule in found.rules.items() if rule.theme in request.themes})
    if request.profile not in ("", WHOLE):
        chosen = members(request.profile)
        found = found.only({name for name, rule in found.rules.items() if rule.profile in chosen})
    return found


def foreign_book(request: Request) -> "ForeignBook":
    """What the checks of other scanners mean here: all rules, whatever the request narrows them to, and the tables
    beside them. RuleError lists all that is wrong with a table."""
    from cloudaudit.engine import foreign  # noqa: PLC0415 - only what reads other scanners' results needs it

    every = rule_set(Request(targets=request.targets, rule_paths=request.rule_paths)).rules
    folders = [own_rules(), *map(Path, request.rule_paths)]
    return foreign.load(folders, every, criteria={criterion.id for criterion in catalogue()})


def own_rules() -> Path:
    """The folder of our rules: inside the package when it is installed, else at the top of the checkout."""
    package = Path(__file__).parent.parent
    installed = package / "rules"
    return installed if installed.is_dir() else package.parent / "rules"


def find_rule(found: "RuleSet", name: str) -> str:
    """The id of the rule that has, or once had, this id. SettingsError with the nearest id if there is none."""
    if name in found.rules:
        return name
    if name in found.former:
        return found.former[name]
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way out

    near = get_close_matches(name, found.rules, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else '"cloudaudit rules list" names them'
    raise SettingsError(f"there is no rule {name}; {hint}")


def fingerprint(rule: str, key: str) -> str:
    """The fingerprint that the finding of this rule on this resource has."""
    return hashlib.sha256(f"{rule}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
