"""Writes the generated pages. `python docs/generate.py` writes them, `--check` says which are stale.

Everything here is derived: rules and facts describe themselves, the command line knows its help, the types of the JSON
report make its schema, and the README shows what the tool really prints.
"""

import json
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import click

from cloudaudit import app, plugins, settings
from cloudaudit.cli.program import program
from cloudaudit.engine import rulereader
from cloudaudit.engine.parameters import PARAMETERS
from cloudaudit.model import CriterionState
from cloudaudit.outputs import records
from cloudaudit.outputs.literals import literal

sys.path.insert(0, str(Path(__file__).parent))
from rule_pages import NOTE, rule_pages

TOP = Path(__file__).resolve().parent.parent
DOCS = TOP / "docs"


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    rules = app.rules(app.Request())
    made = rule_pages(rules)
    made[DOCS / "criteria.md"] = NOTE + _criteria(app.criteria(app.Request()))
    made[DOCS / "facts.md"] = NOTE + _facts()
    made[DOCS / "settings.md"] = NOTE + _settings()
    made[DOCS / "cli.md"] = NOTE + _cli()
    made[DOCS / "rules.schema.json"] = json.dumps(rulereader.schema(), indent=2) + "\n"
    made[DOCS / "settings.schema.json"] = json.dumps(settings.schema(), indent=2) + "\n"
    made[DOCS / "report.schema.json"] = json.dumps(records.schema(), indent=2) + "\n"
    made[TOP / "README.md"] = _readme((TOP / "README.md").read_text(encoding="utf-8"))
    made[DOCS / "architecture.md"] = _decisions((DOCS / "architecture.md").read_text(encoding="utf-8"))
    return made


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
    lines += [
        "It is looked for in the current folder and above, up to the top of the repository. Editors that know Taplo",
        "complete and check a file that starts with `#:schema` and the place of",
        "[settings.schema.json](settings.schema.json).",
        "",
    ]
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
