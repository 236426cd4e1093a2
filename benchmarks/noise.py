"""Counts what a profile says of well-built code, rule by rule, and prints Markdown: noise is a defect.

python benchmarks/noise.py TREE ... [--profile NAME]
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from cloudaudit import app
from cloudaudit.model import Finding, Severity, Verdict
from cloudaudit.settings import Settings


def failures(tree: Path, profile: str) -> tuple[list[Finding], int, int]:
    """The failures of a tree, the resources in it, and its roots."""
    report = app.scan(app.Request(targets=(str(tree),), settings=Settings(), profile=profile))
    found = [one for one in report.findings if one.verdict is Verdict.FAIL]
    return found, report.run.population, len(report.scanned)


def main() -> None:
    """Parse the options, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--profile", default="soc2")
    options = parser.parse_args()
    order = list(reversed(Severity))
    print("| tree | roots | resources | " + " | ".join(order) + " |")
    print("| --- | --: | --: |" + " --: |" * len(order))
    by_rule: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for tree in options.trees:
        found, resources, roots = failures(tree, options.profile)
        weights = Counter(one.severity for one in found)
        print(f"| {tree.name} | {roots} | {resources} | " + " | ".join(str(weights[each]) for each in order) + " |")
        for one in found:
            by_rule[-one.severity.weight, one.rule][tree.name] += 1
    print("\n| severity | rule | failures | in |\n| --- | --- | --: | --- |")
    for (weight, rule), trees in sorted(by_rule.items(), key=lambda row: (row[0][0], -row[1].total(), row[0][1])):
        where = ", ".join(f"{name} {count}" for name, count in sorted(trees.items()))
        print(f"| {order[len(order) + weight]} | {rule} | {trees.total()} | {where} |")


if __name__ == "__main__":
    main()
