"""Counts how many of another scanner's AWS checks have a rule here, and names those that have none.

    python benchmarks/accuracy/coverage.py --checkov PATH --trivy PATH

Checks that left_out.toml gives a reason for (withdrawn services, cost, style) are out of our themes.
"""

import argparse
import re
import tomllib
from pathlib import Path

from scoring import rules_by_check
from trivy import checks

HERE = Path(__file__).parent
_ROW = re.compile(r"^\|\s*\d+\s*\|\s*(CKV2?_AWS_\d+)\s*\|[^|]*\|[^|]*\|([^|]*)\|", re.MULTILINE)


def checkov(checkout: Path) -> dict[str, str]:
    """Titles of checkov's AWS checks for Terraform, from its policy index, by id."""
    index = checkout / "docs" / "5.Policy Index" / "terraform.md"
    return {id_: title.strip() for id_, title in _ROW.findall(index.read_text(encoding="utf-8"))}


def trivy(checkout: Path) -> dict[str, str]:
    """Titles of trivy's AWS and GitHub checks that have examples in Terraform, by id."""
    return {id_: title for id_, (title, _) in checks(checkout).items()}


def report(peer: str, known: dict[str, str]) -> None:
    """Print the counts and what has no rule."""
    left_out = tomllib.loads((HERE / "left_out.toml").read_text(encoding="utf-8")).get(peer, {})
    same, near = (rules_by_check(peer, field).keys() & known.keys() for field in ("same_as", "near"))
    near -= same
    out = left_out.keys() & known.keys() - same - near
    missing = sorted(known.keys() - same - near - out)
    ours = len(same) + len(near)
    inside = ours + len(missing)
    print(f"{peer}: {len(known)} checks, {len(out)} left out with a reason, {inside} within our themes")
    print(f"  a rule that says the same: {len(same)}; a rule that is near: {len(near)}; none: {len(missing)}")
    print(f"  covered: {100 * ours / max(1, inside):.1f} %")
    for id_ in missing:
        print(f"  none: {id_} {known[id_]}")


def main() -> None:
    """Parse the options, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkov", type=Path, help="a checkout of bridgecrewio/checkov")
    parser.add_argument("--trivy", type=Path, help="a checkout of aquasecurity/trivy-checks")
    options = parser.parse_args()
    if options.checkov:
        report("checkov", checkov(options.checkov))
    if options.trivy:
        report("trivy", trivy(options.trivy))


if __name__ == "__main__":
    main()
