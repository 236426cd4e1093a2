"""A year of nights in the store: how large it gets, how long a night takes to write down, and how long questions take.

    python benchmarks/history.py [--store URL] [--nights 365] [--resources 10000]

Every resource has ten findings. Each night some resources go and others come, some failures are fixed and others
begin, some verdicts are unknown for a while; once a month a type cannot be listed, and twice a year a night is missed.
Questions are asked as a user asks them: by the command, in a process of its own, five times; the median counts. Without
--store, an SQLite file in a temporary folder.
"""

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from cloudaudit import app
from cloudaudit.criteria import assess
from cloudaudit.history import Missed
from cloudaudit.model import (
    CriterionState,
    Evidence,
    Finding,
    Gap,
    Origin,
    Read,
    Report,
    Rule,
    Run,
    Scanned,
    Status,
    Verdict,
)
from cloudaudit.store import Store, open_store

ACCOUNT = "123456789012"
TARGET = f"aws:{ACCOUNT}"
FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
EACH = 10
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
_TABLES = "(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_WHOLE, _ROWS = "SELECT sum(pg_total_relation_size" + _TABLES, "SELECT sum(pg_relation_size" + _TABLES
CHANCE = random.Random(365)  # noqa: S311 - the same year every time


def main() -> None:
    """Write the year down, then ask."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--store", default="")
    options.add_argument("--nights", type=int, default=365)
    options.add_argument("--resources", type=int, default=10_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.store or str(Path(folder) / "history.db")
        store = open_store(url, create=True)
        nights = write(store, Estate(asked.resources), asked.nights)
        print(f"{len(store.runs())} runs of {asked.resources:,} resources, {asked.resources * EACH:,} findings each")
        print(f"size: {size(store) / 1e6:,.0f} MB, {size(store, indexes=False) / 1e6:,.0f} MB of it rows")
        print("| work | wall s | CPU s |\n| --- | --: | --: |")
        row("first night", *nights[0])
        row("any other night", *middle(nights[1:]))
        for words in questions(store):
            row(f"`{' '.join(words)}`", *middle([ask(url, words) for _ in range(5)]))


def row(work: str, wall: float, cpu: float) -> None:
    """A line of the table."""
    print(f"| {work} | {wall:.2f} | {cpu:.2f} |", flush=True)


def middle(times: list[tuple[float, float]]) -> tuple[float, float]:
    """The medians of wall and CPU seconds."""
    return statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times)


class Estate:
    """What is there, and what is said of it, from night to night."""

    def __init__(self, resources: int) -> None:
        self.rules = [rule for rule in app.rules(app.Request()) if rule.resource and rule.profile == "soc2"]
        self._made = 0
        self._criteria: tuple[CriterionState, ...] = ()
        self.findings: dict[str, list[Finding]] = {}
        for _ in range(resources):
            self._build()

    def _build(self) -> None:
        self._made += 1
        region = REGIONS[self._made % len(REGIONS)]
        some = [self.rules[(self._made * 7 + place) % len(self.rules)] for place in range(EACH)]
        key = f"arn:aws:{some[0].service or 'ec2'}:{region}:{ACCOUNT}:thing/production-{self._made:06}"
        self.findings[key] = [
            _finding(rule, key, region, CHANCE.choices(list(Verdict), (85, 12, 3))[0]) for rule in some
        ]

    def pass_a_night(self) -> None:
        """One resource of a thousand goes, as many come; three findings of ten thousand change."""
        keys = list(self.findings)
        for key in CHANCE.sample(keys, max(1, len(keys) // 1_000)):
            del self.findings[key]
            self._build()
        keys = list(self.findings)
        for key in CHANCE.sample(keys, max(1, len(keys) * EACH * 3 // 10_000)):
            some = self.findings[key]
            failing = [place for place, one in enumerate(some) if one.verdict is not Verdict.PASS]
            place = CHANCE.choice(failing) if failing and CHANCE.random() < 0.7 else CHANCE.randrange(EACH)
            some[place] = _changed(some[place])

    def report(self, night: int, hidden: str) -> Report:
        """What a run says of it; `hidden` is a type that could not be listed."""
        at = (FIRST + timedelta(days=night)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = tuple(one for some in self.findings.values() for one in some if one.type != hidden)
        gaps = (Gap(what=f"{hidden} in {ACCOUNT}", why="denied: AccessDenied"),) if hidden else ()
        run = Run(
            id=f"{night:032x}",
            target=TARGET,
            rules_digest="ab" * 32,
            version="0.1.0",
            population=len(self.findings),
            profile="soc2",
            started=at,
            finished=at,
            gaps=gaps,
        )
        scanned = (Scanned(target=TARGET, root=ACCOUNT, origin=Origin.LIVE, resources=len(self.findings)),)
        rules = {rule.id: rule for rule in self.rules}
        if night % 30 == 0:  # what an audit does before it records; the counts of a month ago serve as well here
            self._criteria = assess(found, rules)
        return Report(run=run, scanned=scanned, findings=found, rules=rules, criteria=self._criteria)


def _finding(rule: Rule, key: str, region: str, verdict: Verdict) -> Finding:
    reads = (Read(path="resource.encrypted", value=verdict is Verdict.PASS, source=key),)
    return Finding(
        rule=rule.id,
        resource=key,
        type=rule.types[0],
        address=key,
        verdict=verdict,
        severity=rule.severity,
        message=rule.title if verdict is Verdict.PASS else rule.message.replace("{name}", key),
        target=TARGET,
        root=ACCOUNT,
        evidence=Evidence(rule_digest="8d21ba6dcacd0db2", reads=reads, origin=Origin.LIVE),
        account=ACCOUNT,
        region=region,
        arn=key,
    )


def _changed(was: Finding) -> Finding:
    if was.verdict is Verdict.FAIL and CHANCE.random() < 0.1:
        status = Status.OPEN if was.status is not Status.OPEN else Status.WAIVED
        return msgspec.structs.replace(was, status=status)
    others = [verdict for verdict in Verdict if verdict is not was.verdict]
    return msgspec.structs.replace(was, verdict=CHANCE.choice(others), status=Status.OPEN)


def write(store: Store, estate: Estate, nights: int) -> list[tuple[float, float]]:
    """Wall and CPU seconds of each night."""
    seconds = []
    for night in range(nights):
        if night % 180 == 100:
            continue
        hidden = estate.rules[night % len(estate.rules)].types[0] if night % 30 == 29 else ""
        report = estate.report(night, hidden)
        start, cpu = time.perf_counter(), time.process_time()
        store.record(report, at=report.run.started, missed=[Missed(types=(hidden,))] if hidden else ())
        seconds.append((time.perf_counter() - start, time.process_time() - cpu))
        if night % 30 == 0:
            print(f"night {night}: {seconds[-1][0]:.2f} s, {size(store) / 1e6:.0f} MB", file=sys.stderr, flush=True)
        estate.pass_a_night()
    return seconds


def size(store: Store, *, indexes: bool = True) -> int:
    """Bytes on disk."""
    with store.engine.connect() as connection:
        if store.engine.dialect.name == "postgresql":
            query = _WHOLE if indexes else _ROWS
            return int(connection.exec_driver_sql(query).scalar() or 0)
        pages = (
            "SELECT sum(pgsize) FROM dbstat" if indexes else "SELECT sum(pgsize) FROM dbstat WHERE name NOT LIKE 'ix_%'"
        )
        return int(connection.exec_driver_sql(pages).scalar() or 0)


def questions(store: Store) -> Iterator[tuple[str, ...]]:
    """What people ask."""
    last = store.runs(last=1)[0].number
    failing = [one for one in store.show(str(last))[0].findings if one.state.verdict is Verdict.FAIL]
    one = failing[len(failing) // 2].subject
    yield ("runs",)
    yield "runs", "latest"
    yield "diff", "previous", "latest"
    yield "diff", "1", "latest"
    yield "history", one.rule
    yield "history", one.resource
    yield "history", one.fingerprint[:12]
    yield "trend", "--last", "0"
    yield "trend", "--per", "month", "--by", "criterion"


def ask(url: str, words: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of the whole process."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "cloudaudit", *words, "--store", url], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
