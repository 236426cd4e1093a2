"""What becomes of findings from run to run."""

from datetime import timedelta

import msgspec

from cloudaudit.history import Difference, Life, Missed
from cloudaudit.model import Report, Scanned, Severity, Status, Verdict
from cloudaudit.store import Store
from tests.standins.reports import TARGET, finding, night, report

LOGS = "arn:aws:s3:::logs"
DATABASE = "arn:aws:rds:eu-west-1:111111111111:db:main"


def kinds(store: Store, before: str = "1", after: str = "2") -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject.resource) for one in store.diff(before, after).changes]


def life(store: Store, resource: str = LOGS) -> Life:
    (found,) = store.history(resource).lives
    return found


def events(store: Store, run: int) -> list[str]:
    (page,) = store.show(str(run))
    return [event.kind for event in page.events]


def test_a_run_is_found_again_with_all_that_it_said(store: Store) -> None:
    found = [finding("r1", LOGS, line=7), finding("r2", LOGS, Verdict.PASS), finding("r3", DATABASE, Verdict.UNKNOWN)]

    (run,) = store.record(report(found, gaps=["s3:GetBucketPolicy"]), at=night(1), audit="nightly")

    (page,) = store.show("1")
    assert page.run == run
    assert (run.number, run.target, run.audit) == (1, TARGET, "nightly")
    assert (run.started, run.status) == (night(1), "incomplete")
    assert (run.passing, run.failing, run.waived, run.unknown) == (1, 1, 0, 1)
    assert [(one.subject.fingerprint, one.state.verdict) for one in page.findings] == [
        (one.fingerprint, one.verdict) for one in found
    ]
    assert (page.findings[0].subject.file, page.findings[0].subject.line) == ("main.tf", 7)
    assert [gap.what for gap in page.gaps] == ["s3:GetBucketPolicy"]
    assert page.rules["r1"].failing == 1
    assert page.criteria["CC6.1"].failing == 1


def test_a_quiet_run_adds_no_interval(store: Store) -> None:
    for day in range(1, 6):
        store.record(report([finding("r1", LOGS), finding("r2", LOGS, Verdict.PASS)]), at=night(day))

    (failure,) = store.history("r1").lives
    assert [(span.since, span.until) for span in failure.spans] == [(1, 0)]
    assert (failure.first_seen, failure.last_seen) == (night(1), night(5))
    assert events(store, 3) == ["run-recorded"]


def test_a_failure_that_passes_is_fixed_and_one_that_returns_is_reopened(store: Store) -> None:
    for day, verdict in enumerate((Verdict.FAIL, Verdict.PASS, Verdict.FAIL), 1):
        store.record(report([finding("r1", LOGS, verdict)]), at=night(day))

    assert [events(store, run)[1:] for run in (1, 2, 3)] == [["opened"], ["fixed"], ["reopened"]]
    assert kinds(store, "1", "2") == [("fixed", LOGS)]
    assert kinds(store, "2", "3") == [("introduced", LOGS)]
    found = life(store)
    assert (found.failing_since, found.fixed, found.reopened) == (night(3), "", 1)
    assert [span.ended for span in found.spans] == ["changed", "changed", ""]


def test_an_unknown_verdict_fixes_nothing(store: Store) -> None:
    for day, verdict in enumerate((Verdict.FAIL, Verdict.UNKNOWN, Verdict.FAIL), 1):
        store.record(report([finding("r1", LOGS, verdict)]), at=night(day))

    assert [events(store, run)[1:] for run in (1, 2, 3)] == [["opened"], ["unknown"], ["known"]]
    assert kinds(store, "1", "2") == [("unknown", LOGS)]
    assert (life(store).failing_since, life(store).fixed, life(store).reopened) == (night(1), "", 0)


def test_what_passes_after_an_unknown_time_is_fixed(store: Store) -> None:
    for day, verdict in enumerate((Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS), 1):
        store.record(report([finding("r1", LOGS, verdict)]), at=night(day))

    assert events(store, 3)[1:] == ["fixed"]
    assert life(store).fixed == night(3)


def test_a_resource_that_is_no_more_is_gone_and_not_fixed(store: Store) -> None:
    store.record(report([finding("r1", LOGS), finding("r1", DATABASE)]), at=night(1))
    store.record(report([finding("r1", DATABASE)]), at=night(2))

    assert kinds(store) == [("gone", LOGS)]
    assert events(store, 2)[1:] == ["gone"]
    assert (life(store).fixed, life(store).spans[-1].ended, life(store).last_seen) == ("", "gone", night(1))


def test_a_rule_that_does_not_apply_any_more_leaves_the_resource(store: Store) -> None:
    store.record(report([finding("r1", LOGS), finding("r2", LOGS, Verdict.PASS)]), at=night(1))
    store.record(report([finding("r2", LOGS, Verdict.PASS)]), at=night(2))

    assert events(store, 2)[1:] == ["inapplicable"]
    (first, _) = store.history(LOGS).lives
    assert first.spans[-1].ended == "inapplicable"


def test_a_rule_that_was_not_selected_closes_nothing(store: Store) -> None:
    store.record(report([finding("r1", LOGS), finding("r2", LOGS)]), at=night(1))
    store.record(report([finding("r2", LOGS)], rules=["r2"]), at=night(2), selection="rule r2")
    store.record(report([finding("r1", LOGS), finding("r2", LOGS)]), at=night(3))

    assert kinds(store, "1", "2") == [("unseen", LOGS)]
    assert kinds(store, "2", "3") == [("first-seen", LOGS)]
    assert kinds(store, "1", "3") == []
    (first, second) = store.history(LOGS).lives
    assert (len(first.spans), len(second.spans)) == (1, 1)


def test_a_target_that_was_not_part_of_the_run_closes_nothing(store: Store) -> None:
    both = [finding("r1", LOGS, target="a"), finding("r1", DATABASE, target="b")]
    store.record(report(both, targets=["a", "b"]), at=night(1), audit="one")
    store.record(report(both[:1], targets=["a"]), at=night(2), audit="two")

    assert [(run.audit, run.target) for run in store.runs()] == [("one", "a"), ("one", "b"), ("two", "a")]
    assert kinds(store, "one", "two") == [("unseen", DATABASE)]
    assert life(store, DATABASE).spans[-1].until == 0


def test_a_root_that_was_not_looked_at_closes_nothing_unless_it_was_looked_for(store: Store) -> None:
    both = [finding("r1", LOGS, root="eu-west-1"), finding("r1", DATABASE, root="us-east-1")]
    store.record(report(both, roots=["eu-west-1", "us-east-1"]), at=night(1))
    store.record(report(both[:1]), at=night(2))
    store.record(report(both[:1]), at=night(3), covers=lambda _, root: root.startswith("us-"))

    assert kinds(store, "1", "2") == [("unseen", DATABASE)]
    assert life(store, DATABASE).spans[-1].ended == "gone"
    assert life(store, DATABASE).last_seen == night(1)


def test_a_type_that_could_not_be_listed_closes_nothing(store: Store) -> None:
    bucket, database = finding("r1", LOGS), finding("r1", DATABASE, type="aws_db_instance")
    missed = Missed(types=("aws_db_instance",), region="eu-west-1")
    store.record(report([bucket, database]), at=night(1))
    store.record(report([], gaps=["rds:DescribeDBInstances"]), at=night(2), missed=[missed])

    assert kinds(store) == [("gone", LOGS), ("unseen", DATABASE)]
    assert life(store, DATABASE).spans[-1].until == 0
    assert [(one.since, one.until) for one in life(store, DATABASE).unseen] == [(2, 0)]
    assert life(store, DATABASE).last_seen == night(1)


def test_what_comes_back_into_sight_goes_on(store: Store) -> None:
    missed = [Missed(types=("aws_s3_bucket",))]
    for day, found in enumerate(([finding("r1", LOGS)], [], [], [finding("r1", LOGS)]), 1):
        store.record(report(found), at=night(day), missed=missed if not found else ())

    assert [(span.since, span.until) for span in life(store).spans] == [(1, 0)]
    assert [(one.since, one.until) for one in life(store).unseen] == [(2, 4)]
    assert kinds(store, "1", "4") == []
    assert kinds(store, "2", "3") == []
    assert [len(store.show(str(run))[0].findings) for run in (1, 2, 3, 4)] == [1, 0, 0, 1]


def test_a_region_that_is_not_that_of_the_resource_hides_nothing(store: Store) -> None:
    store.record(report([finding("r1", DATABASE)]), at=night(1))
    store.record(report(), at=night(2), missed=[Missed(region="us-east-1")])

    assert kinds(store) == [("gone", DATABASE)]


def test_a_new_gap_may_hide_what_is_absent_when_nobody_says_more(store: Store) -> None:
    store.record(report([finding("r1", LOGS)]), at=night(1))
    store.record(report(gaps=["something"]), at=night(2))
    store.record(report(gaps=["something"]), at=night(3))
    store.record(report(), at=night(4))

    assert kinds(store, "1", "2") == [("unseen", LOGS)]
    assert kinds(store, "1", "3") == [("unseen", LOGS)]
    assert kinds(store, "1", "4") == [("gone", LOGS)]


def test_a_standing_gap_hides_nothing_that_was_seen_beside_it(store: Store) -> None:
    store.record(report([finding("r1", LOGS)], gaps=["something"]), at=night(1))
    store.record(report(gaps=["something"]), at=night(2))

    assert kinds(store) == [("gone", LOGS)]


def test_an_account_that_refuses_is_a_run_that_looked_at_nothing(store: Store) -> None:
    store.record(report([finding("r1", LOGS)]), at=night(1))
    (run,) = store.record(report(roots=[], gaps=["sts:AssumeRole"]), at=night(2))

    assert (run.target, run.roots, run.status) == (TARGET, 0, "incomplete")
    assert kinds(store) == [("unseen", LOGS)]
    assert [period.period for period in store.trend().periods] == [night(1)[:10]]


def test_severity_and_status_make_events_of_their_own(store: Store) -> None:
    states = (
        (Severity.LOW, Status.OPEN),
        (Severity.HIGH, Status.OPEN),
        (Severity.HIGH, Status.WAIVED),
        (Severity.HIGH, Status.OPEN),
        (Severity.MEDIUM, Status.OPEN),
    )
    for day, (severity, status) in enumerate(states, 1):
        store.record(report([finding("r1", LOGS, severity=severity, status=status)]), at=night(day))

    assert [events(store, run)[1:] for run in range(2, 6)] == [["worsened"], ["waived"], ["unwaived"], ["eased"]]
    assert [kinds(store, str(run), str(run + 1))[0][0] for run in range(1, 5)] == [
        Difference.WORSENED,
        Difference.WAIVED,
        Difference.UNWAIVED,
        Difference.EASED,
    ]


def test_a_message_that_changes_is_kept_without_a_new_interval(store: Store) -> None:
    store.record(report([finding("r1", LOGS, message="7 days", line=3)]), at=night(1))
    store.record(report([finding("r1", LOGS, message="3 days", line=4)]), at=night(2))
    store.record(report([finding("r1", LOGS, Verdict.PASS, message="")]), at=night(3))

    assert (life(store).subject.message, life(store).subject.line) == ("3 days", 0)
    assert len(life(store).spans) == 2


def test_the_same_target_is_recorded_once_in_an_audit(store: Store) -> None:
    first = store.record(report([finding("r1", LOGS)]), at=night(1), audit="nightly")
    again = store.record(report(), at=night(1), audit="nightly")

    assert first == again
    assert len(store.runs()) == 1


def test_one_fingerprint_with_two_verdicts_counts_as_the_worse(store: Store) -> None:
    (run,) = store.record(report([finding("r1", LOGS), finding("r1", LOGS, Verdict.PASS)]), at=night(1))

    assert (run.failing, run.passing) == (1, 0)


def test_names_that_no_database_can_hold_are_written_readably(store: Store) -> None:
    odd = finding("r1", "main:aws_s3_bucket.\udcff", message="a\0b\udcff")
    for day in (1, 2):
        store.record(report([odd]), at=night(day))

    (one,) = store.show("2")[0].findings
    assert (one.subject.resource, one.subject.message) == ("main:aws_s3_bucket.?", "a?b?")
    assert one.subject.fingerprint == odd.fingerprint
    assert events(store, 2) == ["run-recorded"]


def test_targets_have_the_names_they_are_given(store: Store) -> None:
    store.record(report([finding("r1", LOGS)]), at=night(1), names={TARGET: "production"})

    assert [run.target for run in store.runs()] == ["production"]
    assert life(store).subject.target == "production"


def test_runs_that_come_regularly_show_the_one_that_did_not(store: Store) -> None:
    for day in (1, 2, 3, 4, 5, 7, 8):
        store.record(report([finding("r1", LOGS)]), at=night(day))

    (hole,) = store.holes(now=night(8))
    assert (hole.after, hole.before, hole.missing, hole.every) == (night(5), night(7), 1, 86_400)
    assert store.history("r1", now=night(8)).holes == (hole,)
    trend = store.trend(now=night(8))
    assert [period.targets for period in trend.periods] == [1, 1, 1, 1, 1, 0, 1, 1]
    assert store.holes(now=night(8), every=timedelta(0)) == ()


def test_a_run_that_is_due_now_is_missed_until_it_comes(store: Store) -> None:
    for day in range(1, 7):
        store.record(report([finding("r1", LOGS)]), at=night(day))

    assert store.holes(now=night(7)) == ()
    (hole,) = store.holes(now=night(9))
    assert (hole.after, hole.before, hole.missing) == (night(6), "", 3)


def test_runs_that_come_as_they_please_miss_nothing_unless_somebody_says_so(store: Store) -> None:
    for day in (1, 2, 5, 11, 12, 20):
        store.record(report([finding("r1", LOGS)]), at=night(day))

    assert store.holes(now=night(28)) == ()
    assert len(store.holes(now=night(28), every=timedelta(days=5))) == 2


def test_narrowed_runs_count_only_where_there_are_no_others(store: Store) -> None:
    store.record(report([finding("r1", LOGS)]), at=night(1), selection="rule r1")
    narrowed = store.trend()
    store.record(report([finding("r1", LOGS), finding("r2", LOGS)]), at=night(2))

    assert [period.period for period in narrowed.periods] == [night(1)[:10]]
    assert [period.period for period in store.trend().periods] == [night(2)[:10]]


def test_an_account_of_many_that_refuses_is_not_taken_for_an_empty_one(store: Store) -> None:
    store.record(report([finding("r1", LOGS)]), at=night(1))
    refused = report(gaps=["sts:AssumeRole"])
    (run,) = store.record(msgspec.structs.replace(refused, scanned=_without_resources(refused)), at=night(2))

    assert (run.roots, run.status) == (0, "incomplete")
    assert kinds(store) == [("unseen", LOGS)]


def _without_resources(one: Report) -> tuple[Scanned, ...]:
    return tuple(msgspec.structs.replace(each, resources=0) for each in one.scanned)
