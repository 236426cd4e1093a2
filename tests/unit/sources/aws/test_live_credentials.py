"""Root, passwords, keys and analyzers, on answers as AWS gives them.

Moto tells neither of root's password nor has its credential report a line for root; it makes all that is old today.
"""

import datetime as dt
from typing import Any

import pytest
from recorded import Recorded
from simulated import ACCOUNT, Account

from cloudaudit.model import Finding, Unknown, Verdict

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date"
)
LONG_AGO, NOW = "2021-03-04T05:06:07+00:00", "2999-01-01T00:00:00+00:00"  # what is yet to come counts as today


def line(user: str, *cells: str) -> str:
    return ",".join((user, f"arn:aws:iam::{ACCOUNT}:user/{user}", LONG_AGO, *cells))


NO_KEY = ("false", "N/A", "N/A")
REPORT = "\n".join(
    (
        HEAD,
        line("<root_account>", "not_supported", LONG_AGO, "not_supported", "true", *NO_KEY, *NO_KEY),
        line("careful", "true", NOW, NOW, "true", "true", NOW, NOW, *NO_KEY),
        line("careless", "true", LONG_AGO, LONG_AGO, "false", "true", LONG_AGO, "N/A", "false", LONG_AGO, "N/A"),
        line("never", "true", "no_information", LONG_AGO, "true", "true", LONG_AGO, NOW, *NO_KEY),
        line("program", "false", "N/A", "N/A", "false", *NO_KEY, *NO_KEY),
    )
)
SUMMARY = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1}


def account_with(**answers: Any) -> Recorded:
    return Recorded(
        {
            "iam.get_account_summary": {"SummaryMap": {**SUMMARY, **answers.get("summary", {})}},
            "iam.get_credential_report": {"Content": answers.get("report", REPORT).encode()},
            "iam.list_virtual_mfa_devices": {"VirtualMFADevices": answers.get("devices", [])},
            "accessanalyzer.list_analyzers": {"analyzers": answers.get("analyzers", [])},
        }
    )


def judged(session: Recorded, rule: str) -> list[Finding]:
    return session.judge(rule).findings


def verdicts(session: Recorded, rule: str) -> dict[str, Verdict]:
    return {key.rpartition("/")[2]: verdict for key, verdict in session.verdicts(rule).items()}


@pytest.mark.parametrize(
    ("summary", "verdict"),
    [
        ({}, [Verdict.PASS]),
        ({"AccountMFAEnabled": 0}, [Verdict.FAIL]),
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}, []),
    ],
)
def test_root_needs_a_second_factor_where_it_has_a_password(summary: dict[str, int], verdict: list[Verdict]) -> None:
    findings = judged(account_with(summary=summary), "iam-root-mfa")

    assert [finding.verdict for finding in findings] == verdict
    assert all(finding.resource == ROOT for finding in findings)


@pytest.mark.parametrize(
    ("user", "verdict"), [(ROOT, Verdict.FAIL), (f"arn:aws:iam::{ACCOUNT}:user/ada", Verdict.PASS)]
)
def test_a_virtual_device_of_root_is_no_hardware(user: str, verdict: Verdict) -> None:
    device = {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/phone", "User": {"Arn": user}}

    [finding] = judged(account_with(devices=[device]), "iam-root-hardware-mfa")

    assert finding.verdict is verdict


@pytest.mark.parametrize(("keys", "verdict"), [(0, Verdict.PASS), (2, Verdict.FAIL)])
def test_root_has_no_access_keys(keys: int, verdict: Verdict) -> None:
    [finding] = judged(account_with(summary={"AccountAccessKeysPresent": keys}), "iam-root-no-access-key")

    assert finding.verdict is verdict


def test_the_last_use_of_root_is_read_from_the_report() -> None:
    long_ago = judged(account_with(), "iam-root-not-used")
    today = judged(
        account_with(report=REPORT.replace(f"not_supported,{LONG_AGO}", f"false,{NOW}")), "iam-root-not-used"
    )

    assert [finding.verdict for finding in (*long_ago, *today)] == [Verdict.PASS, Verdict.FAIL]


def test_a_report_without_root_leaves_its_use_open(account: Account) -> None:
    root = account.graph("aws_iam_root_user").resources[ROOT]

    assert isinstance(root.attributes["unused_days"], Unknown)
    assert account.audit("iam-root-not-used").verdicts == {ROOT: Verdict.UNKNOWN}


@pytest.mark.parametrize(
    ("rule", "failing"),
    [
        ("iam-user-console-mfa", {"careless"}),
        ("iam-user-access-key-rotated", {"careless", "never"}),
        ("iam-user-access-key-used", {"careless"}),
        ("iam-user-password-used", {"careless", "never"}),
    ],
)
def test_credentials_are_judged_user_by_user(rule: str, failing: set[str]) -> None:
    found = verdicts(account_with(), rule)

    assert {user for user, verdict in found.items() if verdict is Verdict.FAIL} == failing
    assert set(found) == {"careful", "careless", "never"}


def test_a_key_of_which_the_report_tells_no_time_is_not_judged() -> None:
    report = "\n".join((HEAD, line("ada", "false", "N/A", "N/A", "false", "true", "N/A", "N/A", *NO_KEY)))

    assert verdicts(account_with(report=report), "iam-user-access-key-rotated") == {"ada": Verdict.UNKNOWN}


def test_an_account_without_passwords_needs_no_policy_for_them(account: Account) -> None:
    before = account.audit("iam-password-policy-present")
    account.client("iam").create_user(UserName="ada")
    account.client("iam").create_login_profile(UserName="ada", Password="Correct-Horse-9")  # noqa: S106 - simulated
    after = account.audit("iam-password-policy-present")
    account.client("iam").update_account_password_policy(MinimumPasswordLength=14)
    at_last = account.audit("iam-password-policy-present")

    assert [*before.verdicts.values()] == [Verdict.PASS]
    assert [*after.verdicts.values()] == [Verdict.FAIL]
    assert [*at_last.verdicts.values()] == [Verdict.PASS]


def report_after(attempts: int) -> Recorded:
    """An account that still writes its report when it is asked for, so many times."""
    account = account_with()
    asked: list[str] = []

    def answer(_: Any) -> Any:
        asked.append("")
        return "ReportInProgress" if len(asked) <= attempts else {"Content": REPORT.encode()}

    account.answers["iam.get_credential_report"] = answer
    return account


@pytest.mark.parametrize(("attempts", "found"), [(0, 3), (3, 3), (100, 0)])
def test_a_report_is_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch, attempts: int, found: int) -> None:
    waited: list[float] = []
    monkeypatch.setattr("cloudaudit.sources.aws.reader.time.sleep", waited.append)
    account = report_after(attempts)

    judged = account.judge("iam-user-console-mfa")

    assert len(judged.findings) == found
    assert len([asked for asked in account.asked if asked[1] == "generate_credential_report"]) == len(waited)
    assert len(waited) <= attempts
    assert sum(waited) < 100
    assert len(judged.gaps) == (found == 0)


def role(name: str, path: str, last: dt.datetime | None) -> dict[str, Any]:
    made = {"RoleName": name, "Path": path, "RoleId": name, "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}"}
    used = {"RoleLastUsed": {"LastUsedDate": last, "Region": "us-east-1"} if last else {}}
    return {**made, **used, "CreateDate": dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "AssumeRolePolicyDocument": {}}


def test_roles_that_nobody_assumes_are_found() -> None:
    """Roles of AWS services and of permission sets are not the account's to delete."""
    now = dt.datetime.now(dt.UTC)
    roles = [
        role("app", "/", now - dt.timedelta(days=3)),
        role("old", "/", now - dt.timedelta(days=300)),
        role("never", "/", None),
        role("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/", None),
        role("AWSReservedSSO_Admin_1", "/aws-reserved/sso.amazonaws.com/", None),
    ]
    account = Recorded({"iam.get_account_authorization_details": {"RoleDetailList": roles}})

    assert verdicts(account, "iam-role-used") == {
        "app": Verdict.PASS,
        "old": Verdict.FAIL,
        "never": Verdict.FAIL,
    }


@pytest.mark.parametrize(("days", "verdict"), [(3, Verdict.PASS), (60, Verdict.FAIL)])
def test_findings_of_an_analyzer_do_not_stay_open(days: int, verdict: Verdict) -> None:
    made = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    finding = {"id": "f-1", "createdAt": made, "status": "ACTIVE", "resource": "arn:aws:s3:::docs"}
    account = account_with(analyzers=[analyzer("ACCOUNT")])
    account.answers["accessanalyzer.list_findings_v2"] = {"findings": [finding]}

    assert verdicts(account, "iam-access-analyzer-finding-handled") == {"f-1": verdict}


def analyzer(kind: str, status: str = "ACTIVE") -> dict[str, str]:
    arn = f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/main"
    return {"arn": arn, "name": "main", "type": kind, "status": status}


@pytest.mark.parametrize(
    ("analyzers", "verdict"),
    [
        ([analyzer("ACCOUNT")], Verdict.PASS),
        ([analyzer("ORGANIZATION")], Verdict.PASS),
        ([analyzer("ACCOUNT_UNUSED_ACCESS")], Verdict.FAIL),
        ([analyzer("ACCOUNT", "DISABLED")], Verdict.FAIL),
        ([], Verdict.FAIL),
    ],
)
def test_each_region_has_an_analyzer(analyzers: list[dict[str, str]], verdict: Verdict) -> None:
    [finding] = judged(account_with(analyzers=analyzers), "iam-access-analyzer-every-region")

    assert finding.verdict is verdict
    assert finding.resource == f"{ACCOUNT}/us-east-1"


def test_where_analyzers_cannot_be_listed_the_region_is_unknown(account: Account) -> None:
    """Moto has no analyzers, and says so like a service that lacks the operation."""
    run = account.audit("iam-access-analyzer-every-region", "iam-access-analyzer-enabled", "iam-unused-access-analyzed")

    assert {verdict for found in run.by_rule().values() for verdict in found} == {Verdict.UNKNOWN}
    assert run.gaps
