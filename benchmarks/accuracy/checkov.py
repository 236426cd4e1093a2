"""Scores our verdicts against the labels in checkov's own test-suite and prints Markdown.

    python benchmarks/accuracy/checkov.py --checkout PATH [--only REGEX] [--near] [--list]

A labelled resource agrees if every rule of ours with the check's id in `same_as` says the same of it: fail, or pass
(a rule that does not apply counts as pass, as it does in checkov). Unknown agrees with nothing. Labels on resource
types that none of these rules judges are left out and counted. Disagreements that disagreements.toml explains are
shown apart. Rules that want customer managed keys are switched on.
"""

import argparse
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labels import Case, cases

import cloudaudit
from cloudaudit import app
from cloudaudit.model import Rule

HERE = Path(__file__).parent
PEER = "checkov"


@dataclass(frozen=True)
class Row:
    """One labelled resource: the label, our verdict, and our explanation of a disagreement."""

    check: str
    rules: tuple[str, ...]
    case: str
    address: str
    label: str
    ours: str
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.label == self.ours


def rules_by_check(peer_field: str) -> dict[str, list[Rule]]:
    """Which of our rules stand for a check."""
    found: dict[str, list[Rule]] = {}
    for rule in app.rules(app.Request(targets=())):
        for check in _ids(rule, peer_field):
            found.setdefault(check, []).append(rule)
    return found


def _ids(rule: Rule, peer_field: str) -> tuple[str, ...]:
    return getattr(rule, peer_field).get(PEER, ())


def score(case: Case, rules: list[Rule], explained: dict[str, str]) -> Iterator[Row]:
    """One row per labelled resource of a type that the rules judge."""
    ids = [rule.id for rule in rules]
    types = {type_ for rule in rules for type_ in rule.types}
    with tempfile.TemporaryDirectory() as folder:
        target = case.folder or Path(folder)
        if case.folder is None:
            name = "main.tf.json" if case.source.startswith("{") else "main.tf"
            (target / name).write_text(case.source, encoding="utf-8")
        verdicts: dict[str, list[str]] = {}
        for graph in cloudaudit.load(target):
            for finding in cloudaudit.check(graph, ids, {"require_cmk": True}):
                verdicts.setdefault(_comparable(finding.address), []).append(finding.verdict.value)
    for address, label in case.labels:
        if not types & set(address.split(".")):
            continue
        ours = _combined(verdicts.get(_comparable(address), []))
        why = explained.get(f"{case.check} {address}") or explained.get(case.check, "")
        yield Row(case.check, tuple(ids), case.name, address, label, ours, why)


def _comparable(address: str) -> str:
    """Addresses as both sides write them: without quotes, without the suffix of an inline companion."""
    return address.replace('"', "").partition("/")[0]


def _combined(verdicts: list[str]) -> str:
    """Several rules or companions that stand for one check: one failure fails, one unknown is unknown."""
    return next((verdict for verdict in ("fail", "unknown") if verdict in verdicts), "pass")


def explanations() -> dict[str, str]:
    """Our reasons, by "CHECK" or "CHECK ADDRESS"."""
    file = HERE / "disagreements.toml"
    return {} if not file.exists() else dict(tomllib.loads(file.read_text(encoding="utf-8"))[PEER])


def report(rows: list[Row], *, listing: bool) -> None:
    """Print the summary, and each disagreement if asked."""
    agree = sum(row.agrees for row in rows)
    known = sum(not row.agrees and bool(row.why) for row in rows)
    checks = len({row.check for row in rows})
    print("| checks | labelled resources | agree | % | disagree, explained | not explained | % without the explained |")
    print("| --: | --: | --: | --: | --: | --: | --: |")
    share, rest = 100 * agree / max(1, len(rows)), 100 * agree / max(1, len(rows) - known)
    left = len(rows) - agree - known
    print(f"| {checks} | {len(rows)} | {agree} | {share:.1f} | {known} | {left} | {rest:.1f} |")
    kinds = Counter(f"theirs {row.label}, ours {row.ours}" for row in rows if not row.agrees)
    print("\n" + "; ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items())))
    for row in rows if listing else ():
        if not row.agrees:
            note = f" - {row.why}" if row.why else ""
            print(f"{row.case} {row.address}: theirs {row.label}, ours {row.ours} ({', '.join(row.rules)}){note}")


def main() -> None:
    """Parse the options, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, required=True, help="a checkout of bridgecrewio/checkov")
    parser.add_argument("--only", default="", help="only checks and rules whose ids match this regular expression")
    parser.add_argument("--near", action="store_true", help="score the ids in `near` instead of `same_as`")
    parser.add_argument("--list", action="store_true", help="print every disagreement")
    options = parser.parse_args()
    known = rules_by_check("near" if options.near else "same_as")
    explained = explanations()
    rows: list[Row] = []
    labels = 0
    for case in cases(options.checkout.resolve()):
        rules = known.get(case.check)
        if rules and re.search(options.only, " ".join([case.check, *(rule.id for rule in rules)])):
            labels += len(case.labels)
            rows.extend(score(case, rules, explained))
    report(rows, listing=options.list)
    print(f"\nlabels on types that our rules do not judge: {labels - len(rows)}")
    if not options.only and not options.near:
        needed = {row.why for row in rows if not row.agrees}
        print(
            "explanations of nothing:", ", ".join(key for key, why in explained.items() if why not in needed) or "none"
        )


if __name__ == "__main__":
    main()
