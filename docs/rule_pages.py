"""The pages about rules: one for each, an index, a page to search in, and what rules are called elsewhere."""

import html
import re
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from cloudaudit.engine.profiles import PROFILES
from cloudaudit.model import DEFAULT_PROFILE, Rule
from cloudaudit.outputs.escape import markdown
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.pages.rulebook import parameters_of

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Made by `make docs`. Do not edit. -->\n\n"
PEERS = {"checkov": "checkov", "trivy": "trivy", "prowler": "prowler", "fsbp": "AWS Security Hub (FSBP)"}
_EFFECTS = {"in-place": "in place", "replace": "replaces the resource", "manual": "by hand"}


def rule_pages(rules: list[Rule]) -> dict[Path, str]:
    """Every page about rules, and what it should hold."""
    made = {DOCS / "rules" / f"{rule.id}.md": NOTE + "\n".join(_rule(rule)) for rule in rules}
    made[DOCS / "rules" / "README.md"] = NOTE + _index(rules)
    made[DOCS / "rules" / "index.html"] = _search(rules)
    made[DOCS / "coming-from.md"] = NOTE + _coming_from(rules)
    return made


def _index(rules: list[Rule]) -> str:
    lines = ["# Rules", ""]
    lines += [
        f"{len(rules)} rules. `cloudaudit rules list WORD` finds, `cloudaudit rules show ID` prints one.",
        "[index.html](index.html) opens in a browser and finds as you type.",
        "[What checkov, trivy, prowler and Security Hub call them](../coming-from.md).",
        "",
        "| profile | rules | holds |",
        "| --- | --: | --- |",
    ]
    for name, profile in PROFILES.items():
        count = sum(rule.profile in (name, *profile.includes) for rule in rules)
        lines.append(f"| `{name}` | {count} | {profile.doc} |")
    lines += ["", "| theme | rules |", "| --- | --: |"]
    for theme, group in groupby(sorted(rules, key=lambda rule: rule.theme), key=lambda rule: rule.theme):
        lines.append(f"| {theme} | {len(list(group))} |")
    ordered = sorted(rules, key=lambda rule: (rule.service, rule.id))
    for service, group in groupby(ordered, key=lambda rule: rule.service):
        lines += ["", f"## {service}", "", "| rule | severity | profile | criteria |", "| --- | --- | --- | --- |"]
        for rule in group:
            name = f"[{rule.id}]({rule.id}.md): {markdown(rule.title)}"
            special = "" if rule.profile == DEFAULT_PROFILE else rule.profile
            lines.append(f"| {name} | {rule.severity} | {special} | {' '.join(rule.criteria)} |")
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> Iterator[str]:
    yield from (f"# {rule.id}", "", f"**{markdown(rule.title)}**", "")
    yield from ("| | |", "| --- | --- |")
    yield f"| severity | {rule.severity}{'' if rule.stage == 'stable' else f' ({rule.stage})'} |"
    if rule.eased:
        yield f"| eased to | {rule.eased.severity}, where `{' '.join(rule.eased.when.split())}` |"
    yield f"| profile | {rule.profile} |"
    yield f"| theme | {rule.theme} |"
    yield f"| criteria | {', '.join(rule.criteria)} |"
    yield f"| judges | {', '.join(f'`{kind}`' for kind in rule.types)} |"
    if named := parameters_of(rule):
        yield f"| parameters | {', '.join(f'[`{name}`](../settings.md)' for name in named)} |"
    for label, peers in (("same as", rule.same_as), ("near", rule.near)):
        if peers:
            ids = (f"{PEERS.get(peer, peer)} {', '.join(ids)}" for peer, ids in sorted(peers.items()))
            yield f"| {label} | {'; '.join(ids)} |"
    if rule.formerly:
        yield f"| formerly | {', '.join(rule.formerly)} |"
    yield from ("", "## Why", "", " ".join(rule.why.split()), "", "## Requires", "", "```cel")
    if rule.when.strip() != "true":
        yield from ("// applies if", rule.when.strip(), "// requires")
    yield from (rule.require.strip(), "```", "", "## Fix", "")
    yield from _fix(rule)
    yield from _examples(rule)


def _fix(rule: Rule) -> Iterator[str]:
    yield f"Applied {_EFFECTS[rule.fix.effect]}. {' '.join(rule.fix.steps.split())}".rstrip()
    yield ""
    if snippet := [*assignments(rule.fix), *rule.fix.add.strip().splitlines()]:
        yield from ("```terraform", *snippet, "```", "")


def _examples(rule: Rule) -> Iterator[str]:
    """Before and after the fix first, then the rest."""
    names = list(rule.examples)
    before = next((name for name in names if name.startswith("fail")), "")
    after = next((name for name in names if name.startswith("pass")), "")
    rest = [name for name in names if name not in (before, after)]
    yield from ("## Examples", "")
    for label, name in (("Before: ", before), ("After: ", after), *(("", name) for name in rest)):
        if name:
            yield from (f"{label}{name}", "", "```terraform", rule.examples[name].strip(), "```", "")


def _coming_from(rules: list[Rule]) -> str:
    lines = ["# Coming from another scanner", ""]
    lines += [
        "Its check is our rule. *Same* means that our verdict would equal theirs on their own examples, *near* that",
        "the question is similar. `cloudaudit rules show ID` takes these ids, too. Checks that have no rule on",
        "purpose are listed with the reason.",
    ]
    left_out = tomllib.loads((DOCS.parent / "benchmarks/accuracy/left_out.toml").read_text(encoding="utf-8"))
    for peer, name in PEERS.items():
        table: dict[str, tuple[list[str], list[str]]] = {}
        for rule in rules:
            for place, ids in enumerate((rule.same_as.get(peer, ()), rule.near.get(peer, ()))):
                for id_ in ids:
                    table.setdefault(id_, ([], []))[place].append(rule.id)
        lines += ["", f"## {name}", "", f"{len(table)} checks.", "", "| check | same | near |", "| --- | --- | --- |"]
        for id_, sides in sorted(table.items(), key=lambda entry: _natural(entry[0])):
            lines.append(f"| {id_} | {' | '.join(_linked(side) for side in sides)} |")
        if reasons := left_out.get(peer):
            lines += ["", "| left out | because |", "| --- | --- |"]
            lines += [
                f"| {id_} | {markdown(why)} |" for id_, why in sorted(reasons.items(), key=lambda e: _natural(e[0]))
            ]
    return "\n".join(lines) + "\n"


def _linked(ids: list[str]) -> str:
    return ", ".join(f"[{id_}](rules/{id_}.md)" for id_ in sorted(ids))


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts CKV_AWS_9 before CKV_AWS_10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]


def _search(rules: list[Rule]) -> str:
    rows = "\n".join(_row(rule) for rule in sorted(rules, key=lambda rule: rule.id))
    template = (DOCS / "search.html").read_text(encoding="utf-8")
    return template.replace("<!-- rows -->", rows).replace("<!-- count -->", str(len(rules)))


def _row(rule: Rule) -> str:
    peers = " ".join(id_ for ids in (*rule.same_as.values(), *rule.near.values()) for id_ in ids)
    hidden = html.escape(" ".join((*rule.types, rule.theme, peers)).lower(), quote=True)
    cells = (
        f'<a href="{rule.id}.md">{rule.id}</a><br>{html.escape(rule.title)}',
        f'<span class="{rule.severity}">{rule.severity}</span>',
        rule.profile,
        html.escape(" ".join(rule.criteria)),
    )
    return f'<tr data-words="{hidden}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
