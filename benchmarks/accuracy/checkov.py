"""Scores our verdicts against the labels in checkov's own test-suite and prints Markdown.

    python benchmarks/accuracy/checkov.py --checkout PATH [--only REGEX] [--near] [--list]

A labelled resource agrees if every rule of ours with the check's id in `same_as` says the same of it: fail, or pass
(a rule that does not apply counts as pass, as it does in checkov). Unknown agrees with nothing. Labels on resource
types that none of these rules judges are left out and counted. Disagreements that disagreements.toml explains are
shown apart. Rules that want customer managed keys are switched on.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labels import Case, cases
from scoring import Row, combined, comparable, explanations, parser, report, rules_by_check, verdicts

from cloudaudit.model import Rule

PEER = "checkov"


def score(case: Case, rules: list[Rule], explained: dict[str, str]) -> Iterator[Row]:
    """One row per labelled resource of a type that the rules judge."""
    types = {type_ for rule in rules for type_ in rule.types}
    with tempfile.TemporaryDirectory() as folder:
        target = case.folder or Path(folder)
        if case.folder is None:
            name = "main.tf.json" if case.source.startswith("{") else "main.tf"
            (target / name).write_text(case.source, encoding="utf-8")
        said = verdicts(target, rules)
    for address, label in case.labels:
        if not types & set(address.split(".")):
            continue
        ours = combined(said.get(comparable(address), []))
        why = explained.get(f"{case.check} {address}") or explained.get(case.check, "")
        yield Row(case.check, tuple(rule.id for rule in rules), f"{case.name} {address}", label, ours, why)


def main() -> None:
    """Parse the options, score, print."""
    options = parser(__doc__, "bridgecrewio/checkov").parse_args()
    known = rules_by_check(PEER, "near" if options.near else "same_as")
    explained = explanations(PEER)
    rows: list[Row] = []
    labels = 0
    for case in cases(options.checkout.resolve()):
        rules = known.get(case.check)
        if rules and re.search(options.only, " ".join([case.check, *(rule.id for rule in rules)])):
            labels += len(case.labels)
            rows.extend(score(case, rules, explained))
    report(rows, explained, listing=options.list, whole=not options.only and not options.near)
    print(f"\nlabels on types that our rules do not judge: {labels - len(rows)}")


if __name__ == "__main__":
    main()
