"""Intervals replayed say what a store would say that keeps every run whole."""

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudaudit.history import Missed, State
from cloudaudit.model import Finding, Severity, Status, Verdict
from cloudaudit.store import Store
from tests.standins.reports import finding, night, report

RULES = ("r1", "r2")
ROOTS = ("eu", "us")
TYPES = ("aws_s3_bucket", "aws_db_instance")
RESOURCES = tuple((f"{root}/{kind}.{name}", root, kind) for root in ROOTS for kind in TYPES for name in "ab")


class Night(NamedTuple):
    """What one run looks at, and what is there."""

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    roots: tuple[str, ...]
    missed: tuple[str, ...]


@st.composite
def nights(draw: st.DrawFn) -> Night:
    rules = tuple(sorted(draw(st.sets(st.sampled_from(RULES), min_size=1))))
    roots = tuple(sorted(draw(st.sets(st.sampled_from(ROOTS)))))
    missed = tuple(sorted(draw(st.sets(st.sampled_from(TYPES), max_size=1))))
    found = []
    for key, root, kind in RESOURCES:
        for rule in rules:
            if root in roots and kind not in missed and draw(st.integers(0, 3)):
                verdict = draw(st.sampled_from(Verdict))
                severity = draw(st.sampled_from((Severity.LOW, Severity.HIGH)))
                status = draw(st.sampled_from((Status.OPEN, Status.WAIVED)))
                if verdict is not Verdict.FAIL:
                    status = Status.OPEN
                found.append(
                    finding(rule, key, verdict, severity=severity, status=status, root=root, type=kind, target="t")
                )
    return Night(tuple(found), rules, roots, missed)


def whole(one: Night) -> dict[str, State]:
    """What a naive store keeps of a run: everything."""
    return {
        each.fingerprint: State(verdict=each.verdict, severity=each.severity, status=each.status)
        for each in one.findings
    }


def replayed(store: Store, run: int) -> dict[str, State]:
    (page,) = store.show(str(run))
    return {one.subject.fingerprint: one.state for one in page.findings}


def naive_failures(runs: list[Night]) -> dict[str, tuple[bool, int]]:
    """Each fingerprint that ever failed: whether it was fixed since, and how often it came back."""
    found: dict[str, tuple[bool, int]] = {}
    gone: set[str] = set()
    for one in runs:
        seen = {each.fingerprint: each.verdict for each in one.findings}
        for key, root, kind in RESOURCES:
            for rule in one.rules:
                name = finding(rule, key).fingerprint
                fixed, times = found.get(name, (False, 0))
                looked = root in one.roots and kind not in one.missed
                if seen.get(name) is Verdict.FAIL:
                    again = name in found and (fixed or name in gone)
                    found[name] = (False, times + again)
                    gone.discard(name)
                elif seen.get(name) is Verdict.PASS and name in found:
                    found[name] = (True, times)
                elif looked and name not in seen and name in found:
                    gone.add(name)
                elif seen.get(name) is Verdict.UNKNOWN:
                    pass
                if name in seen and seen[name] is not Verdict.FAIL:
                    gone.discard(name)
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(runs=st.lists(nights(), min_size=1, max_size=6))
def test_intervals_say_what_every_run_saw(stores: Callable[[], Store], runs: list[Night]) -> None:
    store = stores()
    for day, one in enumerate(runs, 1):
        said = report(one.findings, rules=one.rules, roots=one.roots, targets=["t"])
        if not one.roots:
            said = report((), rules=one.rules, roots=(), targets=["t"])
        store.record(said, at=night(day), missed=[Missed(types=(kind,)) for kind in one.missed])

    for number, one in enumerate(runs, 1):
        assert replayed(store, number) == whole(one)
    assert store.verify(whole=True) == ""
    failures = naive_failures(runs)
    told = {
        life.subject.fingerprint: (bool(life.fixed), life.reopened)
        for rule in {each.rule for one in runs for each in one.findings}
        for life in store.history(rule).lives
        if life.failing_since
    }
    assert told == failures


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(runs=st.lists(nights(), min_size=2, max_size=5))
def test_differences_are_those_of_whole_runs(stores: Callable[[], Store], runs: list[Night]) -> None:
    store = stores()
    for day, one in enumerate(runs, 1):
        said = report(one.findings, rules=one.rules, roots=one.roots, targets=["t"])
        store.record(said, at=night(day), missed=[Missed(types=(kind,)) for kind in one.missed])

    for first, second in ((1, len(runs)), (len(runs) - 1, len(runs))):
        before, after = whole(runs[first - 1]), whole(runs[second - 1])
        told = store.diff(str(first), str(second)).changes
        for one in told:
            assert one.before == before.get(one.subject.fingerprint)
            assert one.after == after.get(one.subject.fingerprint)
        named = {one.subject.fingerprint for one in told}
        for name in {*before, *after} - named:
            verdicts = [side[name].verdict if name in side else None for side in (before, after)]
            failing = [verdict is Verdict.FAIL for verdict in verdicts]
            same = before.get(name) == after.get(name)
            assert same or not any(failing), name
