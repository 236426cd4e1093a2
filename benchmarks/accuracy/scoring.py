"""What the comparisons with other scanners' labels share: our verdicts, rows that agree or not, and the summary."""

import argparse
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cloudaudit
from cloudaudit import app
from cloudaudit.model import Rule

HERE = Path(__file__).parent
STRICT = {"require_cmk": True}


@dataclass(frozen=True)
class Row:
    """One label of theirs, our verdict, and our explanation of a disagreement."""

    check: str
    rules: tuple[str, ...]
    case: str
    label: str
    ours: str
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.label == self.ours


def rules_by_check(peer: str, field: str) -> dict[str, list[Rule]]:
    """Which of our rules name a check of the peer in `same_as` or `near`."""
    found: dict[str, list[Rule]] = {}
    for rule in app.rules(app.Request(targets=())):
        for check in getattr(rule, field).get(peer, ()):
            found.setdefault(check, []).append(rule)
    return found


def verdicts(target: Path, rules: list[Rule]) -> dict[str, list[str]]:
    """What the rules say of the folder, by comparable address; rules that want customer managed keys are on."""
    found: dict[str, list[str]] = {}
    for graph in cloudaudit.load(target):
        for finding in cloudaudit.check(graph, [rule.id for rule in rules], STRICT):
            found.setdefault(comparable(finding.address), []).append(finding.verdict.value)
    return found


def comparable(address: str) -> str:
    """Addresses as both sides write them: without quotes, without the suffix of an inline companion."""
    return address.replace('"', "").partition("/")[0]


def combined(said: list[str]) -> str:
    """Several rules, companions or resources that stand for one label: one failure fails, one unknown is unknown."""
    return next((verdict for verdict in ("fail", "unknown") if verdict in said), "pass")


def explanations(peer: str) -> dict[str, str]:
    """Our reasons for disagreeing, by check, or by check and case."""
    return dict(tomllib.loads((HERE / "disagreements.toml").read_text(encoding="utf-8")).get(peer, {}))


def parser(doc: str | None, checkout: str) -> argparse.ArgumentParser:
    """The options that all comparisons have."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--checkout", type=Path, required=True, help=f"a checkout of {checkout}")
    made.add_argument("--only", default="", help="only checks and rules whose ids match this regular expression")
    made.add_argument("--near", action="store_true", help="score the ids in `near` instead of `same_as`")
    made.add_argument("--list", action="store_true", help="print every disagreement")
    return made


def report(rows: list[Row], explained: dict[str, str], *, listing: bool, whole: bool) -> None:
    """Print the summary, each disagreement if asked, and after a `whole` run the reasons that explain nothing."""
    agree = sum(row.agrees for row in rows)
    known = sum(not row.agrees and bool(row.why) for row in rows)
    checks = len({row.check for row in rows})
    print("| checks | labels | agree | % | disagree, explained | not explained | % without the explained |")
    print("| --: | --: | --: | --: | --: | --: | --: |")
    share, rest = 100 * agree / max(1, len(rows)), 100 * agree / max(1, len(rows) - known)
    left = len(rows) - agree - known
    print(f"| {checks} | {len(rows)} | {agree} | {share:.1f} | {known} | {left} | {rest:.1f} |")
    kinds = Counter(f"theirs {row.label}, ours {row.ours}" for row in rows if not row.agrees)
    print("\n" + "; ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items())))
    for row in rows if listing else ():
        if not row.agrees:
            note = f" - {row.why}" if row.why else ""
            print(f"{row.case}: theirs {row.label}, ours {row.ours} ({', '.join(row.rules)}){note}")
    if whole:
        needed = {row.why for row in rows if not row.agrees}
        unneeded = [key for key, why in explained.items() if why not in needed]
        print("explanations of nothing:", ", ".join(unneeded) or "none")
