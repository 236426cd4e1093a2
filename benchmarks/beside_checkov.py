"""Puts a report of checkov beside our verdicts on the same tree and prints Markdown.

    checkov -d TREE --framework terraform --compact -o json > REPORT.json
    python benchmarks/beside_checkov.py TREE=REPORT.json ... [--list]

Both sides are compared by the check and the line where the resource block starts; instances of a block count once.
Rules that want customer managed keys are switched on.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudaudit
from cloudaudit import app

PEER = "checkov"
Place = tuple[str, str, int]


def failures_and_passes(report: Path) -> Iterator[tuple[str, str, str, int]]:
    """Check id, verdict, file and line of each AWS result, each once."""
    documents: Any = json.loads(report.read_text(encoding="utf-8"))
    found: dict[tuple[str, str, str, int], None] = {}
    for document in documents if isinstance(documents, list) else [documents]:
        for verdict in ("fail", "pass"):
            for row in document["results"][f"{verdict}ed_checks"]:
                if "_AWS_" in row["check_id"]:
                    found[(row["check_id"], verdict, row["file_path"].lstrip("/"), row["file_line_range"][0])] = None
    yield from found


def verdicts(tree: Path, rules: list[str]) -> dict[Place, set[str]]:
    """What each rule says of each block: by rule, file and line."""
    found: dict[Place, set[str]] = defaultdict(set)
    for graph in cloudaudit.load(tree):
        for finding in cloudaudit.check(graph, rules, {"require_cmk": True}):
            resource = graph.get(finding.resource)
            if resource is not None and resource.location is not None:
                place = (finding.rule, resource.location.file, resource.location.line)
                found[place].add(finding.verdict.value)
    return found


def rules_by_check() -> dict[str, dict[str, list[str]]]:
    """The ids of our rules for each check: those that say the same, and those that are near."""
    found: dict[str, dict[str, list[str]]] = {"same_as": defaultdict(list), "near": defaultdict(list)}
    for rule in app.rules(app.Request(targets=())):
        for field, checks in found.items():
            for check in getattr(rule, field).get(PEER, ()):
                checks[check].append(rule.id)
    return found


def compare(pairs: list[str]) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str, str], list[str]]]:
    """Counts of (theirs, ours) where a rule says the same, and the failures that only they have, by kind and check."""
    known = rules_by_check()
    ids = sorted({rule for checks in known.values() for rules in checks.values() for rule in rules})
    counts: Counter[tuple[str, str]] = Counter()
    theirs_only: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for pair in pairs:
        tree, _, report = pair.partition("=")
        ours = verdicts(Path(tree).resolve(), ids)
        for check, verdict, file, line in failures_and_passes(Path(report)):
            kind = next((field for field in ("same_as", "near") if known[field].get(check)), "no rule")
            rules = known[kind][check] if kind in known else []
            said = set().union(*(ours.get((rule, file, line), set()) for rule in rules))
            answer = next((each for each in ("fail", "unknown", "pass") if each in said), "does not apply")
            if kind == "same_as":
                counts[(verdict, answer)] += 1
            if verdict == "fail" and answer != "fail":
                theirs_only[(kind, answer, check)].append(f"{Path(tree).name}/{file}:{line}")
    return counts, theirs_only


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="TREE=REPORT.json")
    parser.add_argument("--list", action="store_true", help="print where each of their failures is")
    options = parser.parse_args()
    counts, theirs_only = compare(options.pairs)
    print("| theirs | ours | blocks and checks |\n| --- | --- | --: |")
    for (theirs, ours), number in sorted(counts.items()):
        print(f"| {theirs} | {ours} | {number} |")
    print("\n| only they fail | ours | checks | failures |\n| --- | --- | --: | --: |")
    kinds = sorted({key[:2] for key in theirs_only})
    for kind, answer in kinds:
        rows = [places for key, places in theirs_only.items() if key[:2] == (kind, answer)]
        print(f"| {kind} | {answer} | {len(rows)} | {sum(map(len, rows))} |")
    for (kind, answer, check), places in sorted(theirs_only.items()):
        print(f"{kind}, {answer}: {check} {len(places)} {' '.join(places) if options.list else ''}".rstrip())


if __name__ == "__main__":
    main()
