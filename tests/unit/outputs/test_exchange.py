"""What other systems take in: OCSF, Security Hub and spreadsheets. Sound by their schemas, whatever the names in it."""

import csv as reader
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from report_building import sample

from cloudaudit.model import Decision, Evidence, Finding, Origin, Read, Reading, Report, Scanned, Status, Verdict
from cloudaudit.outputs import Options, asff, ocsf, table

SPECS = Path(__file__).parents[4] / "shared" / "specs"
ACCOUNT = "123456789012"
FORMATS = (("report.ocsf.jsonl", ocsf), ("report.asff.jsonl", asff), ("report.csv", table))


@pytest.fixture
def timed(report: Report) -> Report:
    """The sample report of a run that knows when it was, with a waiver that says why."""
    run = msgspec.structs.replace(report.run, started="2026-11-22T10:00:00Z", finished="2026-11-22T10:00:07Z")
    decision = Decision(
        kind="waiver", id="W-7", reason="Public website", owner="web", approved_by="ciso", until="2027-01-31"
    )
    found = tuple(
        msgspec.structs.replace(one, decision=decision) if one.status is Status.WAIVED else one
        for one in report.findings
    )
    return msgspec.structs.replace(report, run=run, findings=found)


@pytest.fixture
def live(timed: Report) -> Report:
    """The same findings as an audit of an account has them: two regions, and what is in no region."""
    arns = (
        f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:",
        f"arn:aws:rds:us-east-1:{ACCOUNT}:db:",
        f"arn:aws:iam::{ACCOUNT}:role/",
        "arn:aws:s3:::",
    )
    found = tuple(_live(one, f"{arns[number % 4]}n{number}") for number, one in enumerate(timed.findings))
    return msgspec.structs.replace(timed, findings=found)


def _live(finding: Finding, arn: str) -> Finding:
    proof = Evidence(rule_digest="5d0c", reads=(), origin=Origin.LIVE, observed_at="2026-11-22T10:00:03Z")
    region = arn.split(":")[3] or ("eu-west-1" if ":s3:" in arn else "")
    return msgspec.structs.replace(
        finding, resource=arn, address=arn, arn=arn, account=ACCOUNT, region=region, location=None, evidence=proof
    )


def spec(name: str) -> dict[str, Any]:
    path = SPECS / name
    if not path.exists():
        pytest.skip(f"the schema {name} is not on this machine")
    return json.loads(path.read_text())


def events(report: Report) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ocsf.render(report, Options()).splitlines()]


def batches(report: Report) -> list[list[dict[str, Any]]]:
    return [json.loads(line)["Findings"] for line in asff.render(report, Options()).splitlines()]


def rows(report: Report) -> list[dict[str, str]]:
    return list(reader.DictReader(io.StringIO(table.render(report, Options()))))


def told(report: Report) -> list[dict[str, Any]]:
    return [one for batch in batches(report) for one in batch]


def odd(report: Report, text: str) -> Report:
    """Every text out of a repository or an account is `text`."""
    decision = Decision(kind="waiver", id=text, reason=text, owner=text, approved_by=text, ticket=text, until=text)
    proof = Evidence(
        rule_digest="5d", reads=(Read(path=f"resource.{text}", value={text: [text]}),), origin=Origin.SOURCE
    )
    found = tuple(
        msgspec.structs.replace(
            one,
            resource=f"{text}{number}",
            address=text,
            message=text,
            target=text,
            root=text,
            unknown_because=(text,) * 30 if one.verdict is Verdict.UNKNOWN else (),
            decision=decision,
            evidence=proof,
            arn=text,
            account=text,
            region=text,
        )
        for number, one in enumerate(report.findings)
    )
    return msgspec.structs.replace(report, findings=found)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings(member)


ODD = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.sampled_from(
        ("", " ", "\x00", "\ud800", "\u202e=cmd", "=1+1", "x" * 100_000, "\U0001f600" * 30_000, "a;=b", '"')
    ),
)
# The limits of the format, where AWS states one.
LIMITS = {"Id": 512, "Title": 256, "Description": 1024, "GeneratorId": 512, "ProductArn": 2048}


@pytest.mark.parametrize(("name", "module"), FORMATS)
def test_the_sample_report(name: str, module: Any, timed: Report, golden: Callable[[str, str], None]) -> None:
    golden(name, module.render(timed, Options()))


@pytest.mark.parametrize(("name", "module"), FORMATS)
def test_the_same_report_is_the_same_bytes(name: str, module: Any, live: Report) -> None:
    assert module.render(live, Options()) == module.render(live, Options(everything=True)), name


@pytest.mark.parametrize(("name", "module"), FORMATS)
def test_a_report_without_findings_renders(name: str, module: Any, timed: Report) -> None:
    text = module.render(msgspec.structs.replace(timed, findings=()), Options())

    assert text == (",".join(table.COLUMNS) + "\n" if name.endswith("csv") else "")


@pytest.mark.parametrize(("name", "module"), FORMATS)
def test_a_run_without_a_clock_renders(name: str, module: Any, report: Report) -> None:
    assert module.render(report, Options()), name


def test_ocsf_readers_take_every_event(timed: Report, live: Report) -> None:
    validator = jsonschema.Draft202012Validator(spec("ocsf/ocsf-compliance_finding.py-ocsf-models-0.10.schema.json"))

    for each in (timed, live):
        found = events(each)
        assert len(found) == len(each.findings)
        for event in found:
            validator.validate(event)


def test_security_hub_takes_every_batch(timed: Report, live: Report) -> None:
    schema = spec("asff/asff-batch-import-findings.schema.json")

    for each in (timed, live):
        assert len(told(each)) == len(each.findings)
        for line in asff.render(each, Options()).splitlines():
            jsonschema.validate(json.loads(line), schema)


@given(text=ODD)
def test_no_text_breaks_an_ocsf_event(text: str) -> None:
    made = odd(sample(), text)
    validator = jsonschema.Draft202012Validator(spec("ocsf/ocsf-compliance_finding.py-ocsf-models-0.10.schema.json"))

    for line in ocsf.render(made, Options()).splitlines():
        assert len(line.encode()) < 150_000
        validator.validate(json.loads(line))


@given(text=ODD)
def test_no_text_breaks_a_batch_for_security_hub(text: str) -> None:
    made = odd(sample(), text)
    schema = spec("asff/asff-batch-import-findings.schema.json")

    for line in asff.render(made, Options()).splitlines():
        assert len(line.encode()) <= asff.SIZE
        batch = json.loads(line)
        jsonschema.validate(batch, schema)
        for finding in batch["Findings"]:
            _within_limits(finding)


def _within_limits(finding: dict[str, Any]) -> None:
    long = [name for name, limit in LIMITS.items() if len(finding[name].encode("utf-16-le")) > 2 * limit]
    assert long == []
    assert len(finding["ProductFields"]) <= 50
    assert all(len(name) <= 128 and len(value) <= 2048 for name, value in finding["ProductFields"].items())
    assert len(finding["Resources"][0]["Id"]) <= 512
    assert len(finding.get("Compliance", {}).get("StatusReasons", [])) <= 20
    assert len(finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "")) <= 512
    assert len(finding.get("Note", {}).get("Text", "")) <= 512
    assert finding["AwsAccountId"].isdigit()
    assert len(finding["AwsAccountId"]) == 12
    assert all(text and not text.isspace() for text in strings(finding))


@given(text=ODD)
def test_no_text_breaks_the_table_or_is_a_formula(text: str) -> None:
    made = odd(sample(), text)

    written = table.render(made, Options())
    written.encode()
    found = list(reader.DictReader(io.StringIO(written)))
    assert len(found) == len(made.findings)
    assert len(written.splitlines()) == len(made.findings) + 1
    cells = [cell for row in found for cell in row.values()]
    assert all(len(cell) < 32_767 for cell in cells)
    assert not [
        cell for cell in cells for part in cell.split(";") if part.strip().startswith(("=", "+", "-", "@", "\uff1d"))
    ]


def test_a_verdict_means_the_same_in_all_three(timed: Report) -> None:
    by_id = {event["finding_info"]["uid"]: event for event in events(timed)}
    hub = {one["Id"].removeprefix("cloudaudit/"): one for one in told(timed)}
    sheet = {row["fingerprint"]: row for row in rows(timed)}

    results = {
        (
            sheet[name]["verdict"],
            by_id[name]["compliance"]["status_id"],
            by_id[name]["status_code"],
            hub[name]["Compliance"]["Status"],
        )
        for name in by_id
    }
    assert by_id.keys() == hub.keys() == sheet.keys()
    assert results == {
        ("pass", 1, "PASS", "PASSED"),
        ("fail", 3, "FAIL", "FAILED"),
        ("unknown", 2, "UNKNOWN", "NOT_AVAILABLE"),
    }


def test_only_a_failure_has_weight(timed: Report) -> None:
    weights = {(one["Compliance"]["Status"], one["Severity"]["Label"]) for one in told(timed)}
    numbers = {(event["status_code"], event["severity_id"]) for event in events(timed)}

    assert weights == {
        ("PASSED", "INFORMATIONAL"),
        ("NOT_AVAILABLE", "INFORMATIONAL"),
        ("FAILED", "LOW"),
        ("FAILED", "HIGH"),
        ("FAILED", "CRITICAL"),
    }
    assert numbers == {("PASS", 1), ("UNKNOWN", 0), ("FAIL", 2), ("FAIL", 4), ("FAIL", 5)}


def test_what_somebody_accepted_is_there_and_says_so(timed: Report) -> None:
    event = next(one for one in events(timed) if one["status"] == "Suppressed")
    note = next(one for one in told(timed) if one["Workflow"]["Status"] == "SUPPRESSED")
    row = next(one for one in rows(timed) if one["status"] == "waived")

    assert event["unmapped"]["decision"]["approved_by"] == "ciso"
    assert note["Note"]["Text"] == "waived: Public website, owner web, approved by ciso, until 2027-01-31"
    assert (row["decision_id"], row["reason"]) == ("W-7", "Public website")


def test_an_unknown_names_its_causes(timed: Report) -> None:
    event = next(one for one in events(timed) if one["status_code"] == "UNKNOWN")
    hub = next(one for one in told(timed) if one["Compliance"]["Status"] == "NOT_AVAILABLE")

    assert event["status_detail"] == "var.encrypt has no value"
    assert hub["Compliance"]["StatusReasons"] == [
        {"ReasonCode": "CLOUDAUDIT_UNKNOWN", "Description": "var.encrypt has no value"}
    ]


def test_criteria_are_requirements(timed: Report) -> None:
    assert events(timed)[0]["compliance"]["requirements"] == ["CC6.1", "C1.1"]
    assert told(timed)[0]["Compliance"]["RelatedRequirements"] == ["SOC 2 CC6.1", "SOC 2 C1.1"]
    assert rows(timed)[0]["criteria"] == "CC6.1 C1.1"


def test_no_account_is_made_up(timed: Report) -> None:
    assert all("account" not in event["cloud"] for event in events(timed))
    assert {(one["AwsAccountId"], one["ProductArn"].split(":")[3]) for one in told(timed)} == {
        (asff.NO_ACCOUNT, asff.NO_REGION)
    }
    assert {row["account"] for row in rows(timed)} == {""}


def test_live_findings_go_to_their_account_and_region(live: Report) -> None:
    places = {(one["AwsAccountId"], one["ProductArn"]) for one in told(live)}

    assert places == {
        (ACCOUNT, f"arn:aws:securityhub:{region}:{ACCOUNT}:product/{ACCOUNT}/default")
        for region in ("eu-west-1", "us-east-1")
    }
    assert all(len({one["ProductArn"] for one in batch}) == 1 for batch in batches(live))
    assert all(one["Resources"][0]["Id"].startswith("arn:aws:") for one in told(live))
    assert {event["cloud"]["account"]["uid"] for event in events(live)} == {ACCOUNT}


def test_what_is_in_no_region_goes_to_the_first_one(live: Report) -> None:
    account = msgspec.structs.replace(
        live.findings[0], resource=f"{ACCOUNT}/global/aws_account", arn="", region="", type="aws_account", root=ACCOUNT
    )
    scanned = (Scanned(target=account.target, root=ACCOUNT, origin=Origin.LIVE, resources=1),)

    (found,) = told(msgspec.structs.replace(live, findings=(account,), scanned=scanned))

    assert found["ProductArn"].startswith("arn:aws:securityhub:us-east-1:")
    assert found["Resources"] == [{"Type": "AwsAccount", "Id": f"AWS::::Account:{ACCOUNT}", "Region": "us-east-1"}]


def test_evidence_says_which_call_told_a_value(live: Report) -> None:
    reading = Reading(call="s3:GetBucketVersioning", at="2026-11-22T10:00:03Z")
    proof = Evidence(
        rule_digest="5d",
        reads=(Read(path="resource.status", value="Off", reading=reading),),
        origin=Origin.LIVE,
        observed_at=reading.at,
    )
    failing = msgspec.structs.replace(live.findings[0], evidence=proof)

    (event,) = events(msgspec.structs.replace(live, findings=(failing,)))

    assert event["evidences"][0]["data"]["reads"] == [
        {"path": "resource.status", "value": "Off", "call": "s3:GetBucketVersioning", "at": "2026-11-22T10:00:03Z"}
    ]
    assert event["finding_info"]["last_seen_time"] == 1795341603000


def test_what_was_judged_twice_is_told_once_and_the_worse(timed: Report) -> None:
    first = timed.findings[0]
    twice = (msgspec.structs.replace(first, verdict=Verdict.PASS), first, first)

    found = told(msgspec.structs.replace(timed, findings=twice))

    assert [one["Compliance"]["Status"] for one in found] == ["FAILED"]


def test_batches_are_as_large_as_security_hub_takes(live: Report) -> None:
    many = tuple(_live(live.findings[0], f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:n{number}") for number in range(1001))
    long = tuple(msgspec.structs.replace(one, message="\u4e2d" * 5000) for one in many)

    for found in (many, long):
        made = asff.render(msgspec.structs.replace(live, findings=found), Options()).splitlines()
        assert sum(len(json.loads(line)["Findings"]) for line in made) == 1001
        assert all(len(json.loads(line)["Findings"]) <= 100 and len(line.encode()) <= 240_000 for line in made)
        assert len(made) < 40


def test_times_are_those_of_the_run(timed: Report) -> None:
    assert {event["time"] for event in events(timed)} == {1795341607000}
    assert {one["UpdatedAt"] for one in told(timed)} == {"2026-11-22T10:00:07Z"}


def test_the_columns_are_those_promised(timed: Report) -> None:
    assert table.render(timed, Options()).splitlines()[0].startswith("fingerprint,verdict,status,severity,rule,title,")
    assert all(None not in row and None not in row.values() for row in rows(timed))


def test_the_types_of_security_hub_are_spelt_as_it_spells_them() -> None:
    schema = spec("asff/asff-batch-import-findings.schema.json")
    known = {*schema["definitions"]["ResourceDetails"]["properties"], "AwsAccount"}

    assert set(asff.TYPES.values()) - known == set()


def test_security_hub_imports_the_batches(live: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    with mock_aws():
        for line in asff.render(live, Options()).splitlines():
            batch = json.loads(line)
            region = batch["Findings"][0]["ProductArn"].split(":")[3]
            hub = boto3.client("securityhub", region_name=region)
            answer = hub.batch_import_findings(**batch)
            assert (answer["FailedCount"], answer["SuccessCount"]) == (0, len(batch["Findings"]))
            held = hub.get_findings()["Findings"]
            assert {one["Id"] for one in batch["Findings"]} <= {one["Id"] for one in held}
