"""Scores our verdicts against the good and bad examples of trivy's checks and prints Markdown.

    python benchmarks/accuracy/trivy.py --checkout PATH [--only REGEX] [--near] [--list]

A check of trivy's comes with Terraform that it must find nothing in (good) and Terraform that it must find something
in (bad). An example agrees if the rules of ours with the check's id in `same_as` fail somewhere in a bad one, and
nowhere in a good one; unknown agrees with nothing. `missing` lists the checks on AWS and GitHub that no rule names.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from scoring import Row, combined, explanations, parser, report, rules_by_check, verdicts

from cloudaudit.model import Rule

PEER = "trivy"
_ID = re.compile(r"^#\s+id: ([A-Z]+-\d+)$", re.MULTILINE)
_TITLE = re.compile(r"^# title: (.*)$", re.MULTILINE)


class Example(NamedTuple):
    """One example of a check: its number, and whether it is bad."""

    check: str
    number: int
    label: str
    text: str

    @property
    def name(self) -> str:
        """As disagreements.toml writes it: `AWS-0107 good 2`."""
        return f"{self.check} {'bad' if self.label == 'fail' else 'good'} {self.number}"


def checks(checkout: Path) -> dict[str, tuple[str, list[Example]]]:
    """The title and the examples of every check on AWS and GitHub that has some in Terraform."""
    found: dict[str, tuple[str, list[Example]]] = {}
    for provider in ("aws", "github"):
        for file in sorted((checkout / "checks" / "cloud" / provider).rglob("*.yaml")):
            code = file.with_suffix(".rego")
            about = code.read_text(encoding="utf-8") if code.exists() else ""
            said = yaml.safe_load(file.read_text(encoding="utf-8")).get("terraform")
            if (match := _ID.search(about)) and said:
                title = _TITLE.search(about)
                found[match[1]] = (title[1] if title else "", list(_examples(match[1], said)))
    return found


def _examples(check: str, said: dict[str, list[str]]) -> Iterator[Example]:
    for kind, label in (("good", "pass"), ("bad", "fail")):
        for number, text in enumerate(said.get(kind) or (), start=1):
            yield Example(check, number, label, text)


def score(example: Example, rules: list[Rule], explained: dict[str, str]) -> Row:
    """What our rules say of an example as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_text(example.text, encoding="utf-8")
        said = verdicts(Path(folder), rules)
    ours = combined([verdict for some in said.values() for verdict in some])
    why = explained.get(example.name) or explained.get(example.check, "")
    return Row(example.check, tuple(rule.id for rule in rules), example.name, example.label, ours, why)


def main() -> None:
    """Parse the options, score, print."""
    options = parser(__doc__, "aquasecurity/trivy-checks").parse_args()
    known = rules_by_check(PEER, "near" if options.near else "same_as")
    explained = explanations(PEER)
    found = checks(options.checkout.resolve())
    rows = [
        score(example, known[check], explained)
        for check, (_, examples) in found.items()
        if check in known and re.search(options.only, " ".join([check, *(rule.id for rule in known[check])]))
        for example in examples
    ]
    report(rows, explained, listing=options.list, whole=not options.only and not options.near)
    named = {**rules_by_check(PEER, "same_as"), **rules_by_check(PEER, "near")}
    missing = {check: title for check, (title, _) in found.items() if check not in named}
    print(f"\nchecks with examples: {len(found)}; named by no rule: {len(missing)}")
    for check, title in missing.items() if options.list else ():
        print(f"{check}: {title}")


if __name__ == "__main__":
    main()
