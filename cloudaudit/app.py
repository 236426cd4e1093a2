"""The use cases. The command line and the web call these and nothing else; only this module knows two siblings."""

import functools
import gc
import hashlib
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cloudaudit import __version__, plugins
from cloudaudit.criteria import assess, catalogue
from cloudaudit.decisions import Decider, Sources, baseline, compare
from cloudaudit.errors import RuleError, SettingsError, SourceError
from cloudaudit.model import CriterionState, Finding, Gap, Record, Report, Rule, Run, Scanned, Severity, Verdict
from cloudaudit.outputs import Gate, under_review
from cloudaudit.settings import Settings
from cloudaudit.sources import Options, Source, text_of
from cloudaudit.workers import Share, available

if TYPE_CHECKING:
    from cloudaudit.engine import RuleSet
    from cloudaudit.engine.examples import Outcome
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.outputs.pages.explanation import Explanation


class _Judged(NamedTuple):
    """What one root came to; made in a process of its own where there are several."""

    scanned: Scanned
    findings: list[Finding]
    gaps: tuple[Gap, ...]
    fixed: list[Finding]
    notices: tuple[Gap, ...]


Tell = Callable[[int, int, str], None]
# What is judged like a resource but is none: the account, variables, outputs, data, inline arguments made companions.
_PSEUDO = re.compile(r"^aws_account |^terraform_(?!data )|[ .:]data\.\w+\.[^.]+$|/[a-z_]+$")
FAILED, INCOMPLETE = 1, 3


class Request(Record, frozen=True):
    """What is asked for. `rule_paths` are rule files or folders besides our own; `only` and `themes` narrow the rules
    when they name something; `profile`, `waivers` and `baseline` come before those of the settings; `inline` is
    whether comments in the source may silence rules; `today` decides what is over; `clock` is the time to put on the
    report, empty for none."""

    targets: tuple[str, ...] = ()
    options: Options = Options()
    settings: Settings = Settings()
    rule_paths: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    profile: str = ""
    inline: bool = True
    waivers: str = ""
    baseline: str = ""
    today: date | None = None
    clock: str = ""


def load(target: str | Path, options: Options | None = None) -> Iterator["ResourceGraph"]:
    """The resource graphs of a folder, plan or state, one for each root. SourceError if it cannot be read.

    ROOT=FILE names the root of a plan or state, so that two with the same addresses keep their findings apart.
    """
    path, chosen = Path(target), options or Options()
    root, sign, file = str(target).partition("=")
    if sign and not path.exists():
        path, chosen = Path(file), msgspec.structs.replace(chosen, root=root)
    if not path.exists():
        raise SourceError(f"{target}: there is no such file or folder")
    return _source(path).load(path, chosen)


def check(
    graph: "ResourceGraph", rules: Iterable[str] = (), parameters: Mapping[str, Any] | None = None
) -> Iterator[Finding]:
    """The verdict of every rule, or of those named, on every resource of the graph that it applies to.

    `parameters` replaces the defaults of some. SettingsError if there is no such parameter or its type is another.
    """
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415 - loading a graph needs no engine
    from cloudaudit.engine.parameters import parameters as complete  # noqa: PLC0415

    return judge(_named(tuple(rules)), graph, complete(parameters))


def _values(request: Request) -> dict[str, Any]:
    """The parameters of the run: what the settings say, else the profile, else the defaults."""
    from cloudaudit.engine.parameters import parameters  # noqa: PLC0415 - loading a graph needs no engine
    from cloudaudit.engine.profiles import profile  # noqa: PLC0415

    changed = profile(request.profile or request.settings.profile).parameters
    return parameters({**changed, **request.settings.parameters})


@functools.lru_cache(maxsize=8)
def _named(ids: tuple[str, ...]) -> "RuleSet":
    """Our rules, or those named; kept, since a caller judges one graph after another."""
    return rule_set(Request(only=ids))


def scan(request: Request, tell: Tell | None = None) -> Report:
    """Judge everything that the targets hold. Raises the errors of the stage that cannot go on."""
    from cloudaudit.engine.check import applicable  # noqa: PLC0415
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415

    values = _values(request)
    # Rules asked for by name apply, whatever their profile is.
    chosen = "" if request.only else request.profile or request.settings.profile
    rules = rule_set(msgspec.structs.replace(request, profile=chosen))
    applied = applicable(rules, values)
    decide = _decider(request, rules)

    def look(graph: "ResourceGraph") -> _Judged:
        defects: dict[Gap, None] = {}

        def judged(what: "ResourceGraph") -> list[Finding]:
            return list(judge(applied, what, values, on_defect=lambda error: defects.setdefault(_defect(error))))

        findings = judged(graph)
        fixed: list[Finding] = []
        if graph.changing is not None:
            changing = graph.changing()
            findings, fixed = compare(findings, judged(changing.before), graph, changing)
        findings, notices = decide(findings, graph, text_of(Path(graph.target)))
        return _Judged(_scanned(graph), findings, (*graph.gaps, *defects), fixed, notices)

    with _collector_at_rest():
        judged = [one for target in request.targets for one in _spread(target, request, look, tell)]
    if not judged:
        raise _nothing(request)
    return _report(request, rules, chosen, judged, decide)


def _decider(request: Request, rules: "RuleSet") -> Decider:
    """What people decided, by the request, else by the settings."""
    settings = request.settings
    sources = Sources(
        inline=request.inline and settings.inline is not False,
        waivers=request.waivers or settings.waivers,
        baseline=request.baseline or settings.baseline,
    )

    @functools.cache
    def known() -> frozenset[str]:
        whole = rule_set(Request(rule_paths=request.rule_paths))
        return frozenset((*whole.rules, *whole.former))

    return Decider(sources, rules.rules, known, request.today or date.min)


def write_baseline(request: Request, reason: str, file: str) -> tuple[Path, int]:
    """Write the open failures of the targets into the baseline; the file, and how many are in it."""
    path = _baseline_file(request, file)
    known = baseline.load(path) if path.exists() else baseline.Baseline()
    report = scan(msgspec.structs.replace(request, baseline=str(path) if path.exists() else ""))
    made = baseline.written(report.findings, (request.today or date.min).isoformat(), reason, known)
    baseline.save(path, made)
    return path, len(made.findings)


def prune_baseline(request: Request, file: str) -> tuple[Path, int, int]:
    """Take out of the baseline what fails no more; the file, how many are left, and how many went."""
    path = _baseline_file(request, file)
    known = baseline.load(path)
    made = baseline.pruned(scan(msgspec.structs.replace(request, baseline=str(path))).findings, known)
    baseline.save(path, made)
    return path, len(made.findings), len(known.findings) - len(made.findings)


def _baseline_file(request: Request, file: str) -> Path:
    return Path(file or request.baseline or request.settings.baseline or baseline.FILE)


def _spread(
    target: str, request: Request, look: Callable[["ResourceGraph"], _Judged], tell: Tell | None
) -> list[_Judged]:
    """What `look` says of each root of the target, by several processes when it takes long."""
    share: Share[_Judged] = Share(request.options.jobs or available())

    def work() -> None:
        for graph in _graphs(target, request, share.takes):
            share.put(look(graph))
            if tell and share.first:
                tell(share.reached, 0, graph.root or graph.target)

    return share.run(work)


def _graphs(target: str, request: Request, takes: Callable[[str], bool] | None = None) -> Iterator["ResourceGraph"]:
    from cloudaudit.facts.environment.places import placed  # noqa: PLC0415 - 50 ms that --help need not pay

    settings = request.settings
    options = msgspec.structs.replace(
        request.options,
        exclude=(*request.options.exclude, *settings.exclude),
        complete=request.options.complete or settings.complete,
        takes=takes,
    )
    for graph in load(target, options):
        graph.environment.update(placed(settings.environments), environment_names=settings.environment_names)
        yield graph


def graphs(request: Request) -> Iterator["ResourceGraph"]:
    """The graphs of all targets, in the order of the targets."""
    return (graph for target in request.targets for graph in _graphs(target, request))


def explain(request: Request, subject: str) -> list["Explanation"]:
    """Why a finding is what it is. `subject` is a fingerprint or its start, or RULE@ADDRESS; what stands in several
    roots is explained in each. SettingsError if there is no such finding."""
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415
    from cloudaudit.outputs.pages.explanation import Explanation  # noqa: PLC0415

    rules, values = rule_set(msgspec.structs.replace(request, profile="")), _values(request)
    pick = _picker(subject, rules)
    answers = []
    for graph in graphs(request):
        pairs = {
            (rule, resource.key) for resource in graph for rule in pick(resource.type, resource.key, resource.address)
        }
        chosen = rules.only({rule for rule, _ in pairs})
        for finding in judge(chosen, graph, values, all_evidence=True) if pairs else ():
            resource = graph.get(finding.resource)
            if (finding.rule, finding.resource) in pairs and resource is not None:
                links = tuple(link for link in graph.links() if link.source == resource.key)
                rule = rules.rules[finding.rule]
                answers.append(
                    Explanation(
                        finding=finding, rule=rule, resource=resource.location, calls=resource.calls, links=links
                    )
                )
    if not answers:
        raise SettingsError(f"{subject}: no rule gives a verdict of that name here; scan with --all to see them")
    return answers


def _picker(subject: str, rules: "RuleSet") -> Callable[[str, str, str], Iterator[str]]:
    """A function from type, key and address of a resource to the ids of the rules that are asked about."""
    if re.fullmatch(r"[0-9a-f]{6,32}", subject):
        return lambda kind, key, _address: (
            one.rule.id for one in rules.for_type(kind) if fingerprint(one.rule.id, key).startswith(subject)
        )
    name, sign, wanted = subject.partition("@")
    if not sign or not wanted:
        raise SettingsError(f"{subject}: neither a fingerprint nor RULE@ADDRESS")
    rule = rules.rules[find_rule(rules, name)]
    return lambda kind, key, address: iter([rule.id] if kind in rule.types and wanted in (key, address) else [])


def draw(request: Request, form: str) -> str:
    """The graph of the target as json, graphml, dot or mermaid. Only JSON can hold those of several roots."""
    found = list(graphs(request))
    if len(found) == 1:
        return found[0].export(form)
    if not found:
        raise _nothing(request)
    if form != "json":
        roots = "\n".join(sorted(graph.root for graph in found))
        raise SettingsError(f"{form} holds one graph, and here are {len(found)} roots; name one with --root:\n{roots}")
    drawn = b",".join(msgspec.json.encode(msgspec.Raw(graph.export(form).encode())) for graph in found)
    return msgspec.json.format(b'{"graphs":[' + drawn + b"]}", indent=2).decode() + "\n"


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


def own_rules() -> Path:
    """The folder of our rules: inside the package when it is installed, else at the top of the checkout."""
    package = Path(__file__).parent
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


def exit_code(report: Report, gate: Gate, *, strict: bool) -> int:
    """1 when something fails the build, else 3 if `strict` and something is unknown or was not looked at, else 0."""
    if gate.stopping(report):
        return FAILED
    return INCOMPLETE if strict and incompleteness(report, everything=gate.everything) else 0


def gate(settings: Settings, fail_on: str = "", *, everything: bool = False) -> Gate:
    """What fails a build by the settings; `fail_on`, where it is said, comes before theirs, overrides included."""
    overrides = () if fail_on else settings.overrides
    return Gate(
        threshold=_severity(fail_on or settings.fail_on),
        themes=frozenset(settings.blocking_themes),
        criteria=frozenset(settings.blocking_criteria),
        overrides=tuple((one.paths, _severity(one.fail_on)) for one in overrides),
        everything=everything,
    )


def _severity(name: str) -> Severity | None:
    return None if name == "never" else Severity(name)


def incompleteness(report: Report, *, everything: bool = False) -> str:
    """What `strict` does not forgive, as a sentence; empty when everything was looked at and decided."""
    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in under_review(report, everything=everything))
    gaps = len(report.run.gaps)
    if not unknown and not gaps:
        return ""
    return f"the scan is incomplete: verdicts that are unknown: {unknown}, gaps: {gaps}"


def fingerprint(rule: str, key: str) -> str:
    """The fingerprint that the finding of this rule on this resource has."""
    return hashlib.sha256(f"{rule}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _source(path: Path) -> Source:
    # The likely one is asked first, so that a folder does not load what reads plans.
    likely = "terraform" if path.is_dir() else "plan"
    first: Source = importlib.import_module(f"cloudaudit.sources.{likely}").SOURCE
    if first.detect(path):
        return first
    for source in plugins.find("cloudaudit.sources", "SOURCE"):
        if source.detect(path):
            return source  # type: ignore[no-any-return]
    hint = 'give a Terraform folder, or what "terraform show -json" prints for a plan or a state'
    raise SourceError(f"{path}: nothing here that can be scanned; {hint}")


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection: a scan makes hundreds of thousands of objects that all live until its end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _scanned(graph: "ResourceGraph") -> Scanned:
    declared = sum(not _PSEUDO.search(f"{resource.type} {resource.key}") for resource in graph)
    return Scanned(target=graph.target, root=graph.root, origin=graph.origin, resources=declared)


def _nothing(request: Request) -> SettingsError:
    """Why nothing is left to look at, with the roots that there are."""
    roots: list[str] = []

    def note(name: str) -> bool:
        roots.append(name)
        return False

    options = msgspec.structs.replace(request.options, roots=(), takes=note)
    for target in request.targets:
        roots += [graph.root for graph in load(target, options)]
    if not roots:
        return SettingsError(f"{', '.join(request.targets)}: there is no root here")
    asked = (
        f"no root is named {' or '.join(request.options.roots)}" if request.options.roots else "every root is excluded"
    )
    names = "\n".join(sorted(set(roots)))
    return SettingsError(f"{asked}; there are:\n{names}")


def _defect(error: RuleError) -> Gap:
    return Gap(what="a rule", why=str(error), remedy="Mend the rule; its verdicts here are unknown.")


def _report(request: Request, rules: "RuleSet", profile: str, judged: Sequence[_Judged], decide: Decider) -> Report:
    scanned = tuple(one.scanned for one in judged)
    findings = tuple(finding for one in judged for finding in one.findings)
    gaps = tuple(dict.fromkeys(gap for one in judged for gap in one.gaps))
    digest = hashlib.sha256()
    for part in (__version__, rules.digest, request.clock, *request.targets):
        digest.update(f"{part}\0".encode("utf-8", "replace"))
    rows = (f"{one.target}\0{one.rule}\0{one.resource}\0{one.verdict}\0" for one in findings)
    digest.update("".join(rows).encode("utf-8", "replace"))
    run = Run(
        id=digest.hexdigest()[:32],
        target=", ".join(request.targets),
        rules_digest=rules.digest,
        version=__version__,
        population=sum(one.resources for one in scanned),
        profile=profile,
        started=request.clock,
        finished=request.clock,
        gaps=gaps,
    )
    return Report(
        run=run,
        scanned=scanned,
        findings=findings,
        rules=dict(rules.rules),
        criteria=assess(findings, rules.rules, request.settings.scope),
        fixed=tuple(finding for one in judged for finding in one.fixed),
        notices=(*dict.fromkeys(each for one in judged for each in one.notices), *decide.remarks(findings)),
    )
