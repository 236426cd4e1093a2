"""Writes the generated pages. `python docs/generate.py` writes them, `--check` says which are stale.

Everything here is derived: rules and facts describe themselves, the command line knows its help, the types of the JSON
report make its schema, and the README shows what the tool really prints.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from cloudaudit import app, plugins, settings
from cloudaudit.cli.program import program
from cloudaudit.engine import rulereader
from cloudaudit.engine.parameters import PARAMETERS
from cloudaudit.model import CriterionState, Rule
from cloudaudit.outputs import records
from cloudaudit.outputs.escape import markdown
from cloudaudit.outputs.literals import assignments, literal

TOP = Path(__file__).resolve().parent.parent
DOCS = TOP / "docs"
NOTE = "<!-- Made by `make docs`. Do not edit. -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    rules = app.rules(app.Request())
    made = {DOCS / "rules" / f"{service}.md": page for service, page in _rule_pages(rules)}
    made[DOCS / "rules" / "README.md"] = NOTE + _rule_index(rules)
    made[DOCS / "criteria.md"] = NOTE + _criteria(app.criteria(app.Request()))
    made[DOCS / "facts.md"] = NOTE + _facts()
    made[DOCS / "settings.md"] = NOTE + _settings()
    made[DOCS / "cli.md"] = NOTE + _cli()
    made[DOCS / "rules.schema.json"] = json.dumps(rulereader.schema(), indent=2) + "\n"
    made[DOCS / "report.schema.json"] = json.dumps(records.schema(), indent=2) + "\n"
    made[TOP / "README.md"] = _readme((TOP / "README.md").read_text(encoding="utf-8"))
    made[DOCS / "architecture.md"] = _decisions((DOCS / "architecture.md").read_text(encoding="utf-8"))
    return made


def _services(rules: list[Rule]) -> Iterator[tuple[str, list[Rule]]]:
    ordered = sorted(rules, key=lambda rule: (rule.service, rule.id))
    return ((service, list(group)) for service, group in groupby(ordered, key=lambda rule: rule.service))


def _rule_index(rules: list[Rule]) -> str:
    lines = ["# Rules", "", f"{len(rules)} rules. `cloudaudit rules show ID` prints one.", ""]
    for service, group in _services(rules):
        lines += [f"## [{service}]({service}.md)", "", "| rule | severity | criteria |", "| --- | --- | --- |"]
        for rule in group:
            name = f"[{rule.id}]({service}.md#{rule.id}): {markdown(rule.title)}"
            lines.append(f"| {name} | {rule.severity} | {' '.join(rule.criteria)} |")
        lines.append("")
    return "\n".join(lines)


def _rule_pages(rules: list[Rule]) -> Iterator[tuple[str, str]]:
    for service, group in _services(rules):
        sections = "\n".join("\n".join(_rule(rule)) for rule in group)
        yield service, f"{NOTE}# Rules: {service}\n\n{sections}"


def _rule(rule: Rule) -> Iterator[str]:
    yield from (f"## {rule.id}", "", f"**{markdown(rule.title)}**", "")
    yield from ("| | |", "| --- | --- |")
    yield f"| severity | {rule.severity}{'' if rule.stage == 'stable' else f' ({rule.stage})'} |"
    yield f"| theme | {rule.theme} |"
    yield f"| criteria | {', '.join(rule.criteria)} |"
    yield f"| judges | {', '.join(f'`{kind}`' for kind in rule.types)} |"
    for label, peers in (("same as", rule.same_as), ("near", rule.near)):
        if peers:
            named = (f"{peer} {', '.join(ids)}" for peer, ids in sorted(peers.items()))
            yield f"| {label} | {'; '.join(named)} |"
    if rule.formerly:
        yield f"| formerly | {', '.join(rule.formerly)} |"
    yield from ("", " ".join(rule.why.split()), "", "```cel")
    if rule.when.strip() != "true":
        yield from ("// applies if", rule.when.strip(), "// requires")
    yield from (rule.require.strip(), "```", "")
    yield from _fix(rule)
    for name in ("fail", "pass"):
        if name in rule.examples:
            yield from (f"Example, {name}:", "", "```terraform", rule.examples[name].strip(), "```", "")


def _fix(rule: Rule) -> Iterator[str]:
    effects = {"in-place": "in place", "replace": "replaces the resource", "manual": "by hand"}
    snippet = assignments(rule.fix)
    snippet += rule.fix.add.strip().splitlines()
    yield f"Fix ({effects[rule.fix.effect]}). {' '.join(rule.fix.steps.split())}".rstrip()
    yield ""
    if snippet:
        yield from ("```terraform", *snippet, "```", "")


def _criteria(states: list[CriterionState]) -> str:
    covered = [state for state in states if state.rules]
    lines = ["# Trust Services Criteria", ""]
    lines += [
        "Ids are those of the AICPA (2017, points of focus revised in 2022); titles and points of focus are our words.",
        f"{len(covered)} of {len(states)} criteria have rules. Each also wants evidence that people bring.",
        "",
    ]
    for category, group in groupby(states, key=lambda state: state.criterion.category):
        lines += [f"## {category}", "", "| criterion | coverage | rules | people bring |", "| --- | --- | ---: | --- |"]
        lines += [
            f"| {state.criterion.id} {state.criterion.title} | {state.criterion.coverage} | {len(state.rules) or '-'} "
            f"| {state.criterion.manual} |"
            for state in group
        ]
        lines.append("")
    lines += ["## Rules by criterion", ""]
    for state in covered:
        lines += [f"**{state.criterion.id}** {', '.join(state.rules)}", ""]
    return "\n".join(lines)


def _facts() -> str:
    lines = ["# Facts", "", "What rules read as `facts.NAME`: values that Python derives and an expression cannot.", ""]
    families = plugins.find("cloudaudit.facts", "FACTS")
    for family, group in groupby(
        sorted((fact for facts in families for fact in facts), key=lambda fact: fact.name),
        key=lambda fact: fact.name.partition(".")[0],
    ):
        lines += [f"## {family}", "", "| fact | of | is |", "| --- | --- | --- |"]
        for fact in group:
            types = fact.types
            some = "every type" if types is None else ", ".join(types) if len(types) <= 4 else f"{len(types)} types"
            lines.append(f"| `{fact.name}` | {some} | {fact.doc} |")
        lines.append("")
    return "\n".join(lines)


def _settings() -> str:
    doc = settings.__doc__ or ""
    lead, example = doc.split("\n\n", 1)
    lines = ["# cloudaudit.toml", "", " ".join(lead.split()), ""]
    lines += ["It is looked for in the current folder and above, up to the top of the repository.", ""]
    lines += [
        "```toml",
        example.strip(),
        "```",
        "",
        "## Parameters",
        "",
        "| name | default | is |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{name}` | `{literal(one.default)}` | {one.doc} |" for name, one in PARAMETERS.items()]
    return "\n".join(lines) + "\n"


def _cli() -> str:
    sections = ["# Command line", ""]

    def add(command: click.Command, names: list[str], parent: click.Context | None) -> None:
        settings_of = {**program.context_settings, "terminal_width": 80}
        context = click.Context(command, info_name=names[-1], parent=parent, **settings_of)
        sections.extend([f"## {' '.join(names)}", "", "```text", command.get_help(context), "```", ""])
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                if child := command.get_command(context, name):
                    add(child, [*names, name], context)

    add(program, ["cloudaudit"], None)
    return "\n".join(sections)


def _readme(text: str) -> str:
    """The README with what the commands between its markers print now."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n```text\n$ {match[2]}\n{_excerpt(match[2])}\n```\n{match[4]}"

    pattern = re.compile(r"(<!-- output: (.*?) -->)(.*?)(<!-- end -->)", re.DOTALL)
    return pattern.sub(fill, text)


def _decisions(text: str) -> str:
    """The page with the list of all decisions between its markers."""
    lines = []
    for path in sorted((DOCS / "decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{title}](decisions/{path.name})")
    listed = "\n".join(("<!-- decisions -->", *lines, "<!-- end -->"))
    return re.sub(r"<!-- decisions -->.*?<!-- end -->", lambda _: listed, text, flags=re.DOTALL)


def _excerpt(command: str) -> str:
    """What the command prints, shortened to its kinds of paragraphs: one screen."""
    arguments = [sys.executable, "-m", "cloudaudit", *command.split()[1:]]
    run = subprocess.run(arguments, cwd=TOP, capture_output=True, text=True, check=False)
    paragraphs = [part.splitlines() for part in run.stdout.rstrip().split("\n\n")]
    shown = [paragraphs[0]]
    for severity in ("CRITICAL", "HIGH"):
        shown += [part for part in paragraphs if part[0].startswith(severity)][:1]
    shown.append(["..."])
    for lead, after, lines in (("Unknown:", 1, 4), ("SOC 2 criteria", 1, 4)):
        place = next((place for place, part in enumerate(paragraphs) if part[0].startswith(lead)), None)
        if place is not None:
            shown += [paragraphs[place], [*paragraphs[place + after][:lines], "  ..."]]
    shown.append(paragraphs[-1])
    return "\n\n".join("\n".join(part) for part in shown)


def main() -> int:
    """Write all pages, or with --check name those that differ and give 1."""
    wanted = pages()
    kept = set((DOCS / "rules").glob("*.md"))
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    stale += sorted(kept - wanted.keys())
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(TOP)} is stale; run make docs")
        return 1 if stale else 0
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
