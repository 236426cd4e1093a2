"""`cloudaudit export` as a nightly job calls it: another process, a report or a store, a tracker."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.forges import TOKEN, running
from tests.standins.trackers import GitHubIssues, TrackerStandIn

Run = Callable[..., Any]
OPEN = 'resource "aws_s3_bucket" "logs" {}\n'
RULE = "s3-bucket-versioning"
VERSIONED = """
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration { status = "Enabled" }
}
"""


@pytest.fixture
def server() -> Iterator[TrackerStandIn]:
    for made in running(GitHubIssues):
        assert isinstance(made, TrackerStandIn)
        yield made


@pytest.fixture
def infra(place: Path) -> Path:
    """A folder with a bucket that keeps no versions."""
    folder = place / "infra"
    folder.mkdir()
    (folder / "main.tf").write_text(OPEN)
    return folder


@pytest.fixture
def export(run: Run, server: TrackerStandIn) -> Run:
    def call(*arguments: str, **environment: str) -> Any:
        where = ("--repo", "acme/shop", "--api", server.url)
        return run("export", "github", *where, *arguments, **({"GITHUB_TOKEN": TOKEN} | environment))

    return call


def scan(run: Run) -> None:
    run("scan", "infra", "--rule", RULE, "-f", "json", "--all", "-o", "report.json")


def test_from_a_scan_to_a_ticket_and_back(run: Run, export: Run, infra: Path, server: TrackerStandIn) -> None:
    scan(run)
    shown = export("report.json", "--dry-run")
    before = server.writes
    made, again = export("report.json"), export("report.json")
    (infra / "main.tf").write_text(OPEN + VERSIONED)
    scan(run)
    closed = export("report.json")

    assert before == 0
    assert b"+ create" in shown.stdout
    assert shown.stdout.endswith(b"1 to create\n")
    assert b"/acme/shop/issues/1\n" in made.stdout
    assert made.stdout.endswith(b"1 created\n")
    assert again.stdout == b"1 left as they are\n"
    assert closed.stdout.endswith(b"1 closed\n")
    assert [one.returncode for one in (shown, made, again, closed)] == [0, 0, 0, 0]
    assert not server.seen()[0].open


def test_a_resource_that_is_gone_closes_its_ticket_only_if_all_was_looked_at(
    run: Run, export: Run, infra: Path, server: TrackerStandIn
) -> None:
    (infra / "other.tf").write_text('resource "aws_s3_bucket" "other" {}\n')
    scan(run)
    export("report.json")
    (infra / "main.tf").write_text('module "far" {\n  source = "git::https://example.com/far.git"\n}\n')
    scan(run)
    unseen = export("report.json")
    (infra / "main.tf").unlink()
    scan(run)
    gone = export("report.json")

    assert b"left as they are" in unseen.stdout
    assert b"closed" not in unseen.stdout
    assert gone.stdout.endswith(b"1 closed, 1 left as they are\n")
    assert "Removed" in server.seen()[0].comments[0] + "".join(server.seen()[1].comments)


@pytest.mark.parametrize("origin", ["live", "imported", "plan"])
def test_what_is_absent_from_a_report_that_may_be_partial_is_left(
    run: Run, export: Run, place: Path, infra: Path, origin: str
) -> None:
    scan(run)
    export("report.json")
    (infra / "main.tf").write_text('resource "aws_s3_bucket" "other" {}\n' + VERSIONED.replace("logs", "other"))
    scan(run)
    report = json.loads((place / "report.json").read_text())
    for one in report["scanned"]:
        one["origin"] = origin
    (place / "report.json").write_text(json.dumps(report))

    done = export("report.json")

    assert done.stdout == b"1 left as they are\n"


def test_a_plan_closes_nothing(run: Run, export: Run, place: Path, infra: Path, server: TrackerStandIn) -> None:
    scan(run)
    export("report.json")
    (infra / "main.tf").write_text(OPEN + VERSIONED)
    scan(run)
    text = (place / "report.json").read_text().replace('"origin": "source"', '"origin": "plan"')
    (place / "report.json").write_text(text)

    done = export("report.json")

    assert done.stdout == b"1 left as they are\n"
    assert server.seen()[0].open


def test_the_store_knows_which_run_fixed_it(run: Run, export: Run, infra: Path, server: TrackerStandIn) -> None:
    def night(day: int) -> Any:
        seconds = str(1_790_000_000 + 86_400 * day)
        run("scan", "infra", "--rule", RULE, "--record", "--store", "runs.db", SOURCE_DATE_EPOCH=seconds)
        return export("--store", "runs.db")

    made = night(0)
    (infra / "main.tf").write_text(OPEN + VERSIONED)
    closed = night(1)
    (infra / "main.tf").write_text(OPEN)
    back = night(2)

    past = run("history", RULE, "--store", "runs.db").stdout.decode()
    ticket = server.seen()[0]
    assert f"ticket #1, open: {server.url}/acme/shop/issues/1" in past
    assert [one.stdout.split()[-1] for one in (made, closed, back)] == [b"created", b"closed", b"reopened"]
    assert "(run `2`, 2026-09-22T14:13:20Z)" in ticket.comments[0]
    assert ticket.open
    assert "First seen 2026-09-21" in ticket.body


@pytest.mark.usefixtures("infra")
def test_tickets_are_found_again_without_their_label_by_the_store_and_without_the_store_by_their_label(
    run: Run, export: Run, place: Path, server: TrackerStandIn
) -> None:
    scan(run)
    export("report.json", "--store", "runs.db")
    server.unlabel(0)
    with_store = export("report.json", "--store", "runs.db")
    (place / "runs.db").unlink()
    without = export("report.json", "--store", "runs.db")

    assert with_store.stdout == b"1 left as they are\n"
    assert without.stdout.endswith(b"1 created\n")  # neither label nor store: nobody can know


def test_the_ticket_of_a_group_is_left_while_one_of_its_roots_is_not_looked_at(
    run: Run, export: Run, place: Path, server: TrackerStandIn
) -> None:
    for root in ("a", "b"):
        (place / "infra" / root).mkdir(parents=True)
        (place / "infra" / root / "main.tf").write_text(OPEN)
    (place / "cloudaudit.toml").write_text('[export]\ngroup_by = "rule"\ngroup_above = 1\n')

    def night(*roots: str) -> bytes:
        options = [part for root in roots for part in ("--root", root)]
        run("scan", "infra", "--rule", RULE, *options, "-f", "json", "--all", "-o", "report.json")
        return bytes(export("report.json").stdout.split(b"\n")[-2])

    made = night()
    part = night("infra/a")
    (place / "infra" / "a" / "main.tf").write_text(OPEN + VERSIONED)
    half = night("infra/a")
    whole = night()
    (place / "infra" / "b" / "main.tf").write_text(OPEN + VERSIONED)
    done = night()

    said = [made, part, half, whole, done]
    assert said == [b"1 created", b"1 left as they are", b"1 left as they are", b"1 updated", b"1 closed"]
    assert len(server.seen()) == 1


def test_the_ticket_of_a_group_is_not_fixed_by_grouping_otherwise(
    run: Run, export: Run, place: Path, infra: Path, server: TrackerStandIn
) -> None:
    (infra / "other.tf").write_text('resource "aws_s3_bucket" "other" {}\n')
    (place / "cloudaudit.toml").write_text('[export]\ngroup_by = "rule"\ngroup_above = 1\n')
    scan(run)
    export("report.json")
    (place / "cloudaudit.toml").unlink()
    done = export("report.json")

    assert done.stdout.endswith(b"2 created, 1 left as they are\n")
    assert all(ticket.open for ticket in server.seen())


def test_many_targets_of_a_store_are_exported_at_once(
    run: Run, export: Run, place: Path, server: TrackerStandIn
) -> None:
    for name in ("one", "two"):
        (place / name).mkdir()
        (place / name / "main.tf").write_text(OPEN)
        run("scan", name, "--rule", RULE, "--record", "--record-as", f"team:{name}", "--store", "runs.db")

    unclear = export("--store", "runs.db")
    done = export("--store", "runs.db", "--target", "team:*")

    assert unclear.returncode == 2
    assert b"which target of the store is it? Say --target; there are team:one, team:two" in unclear.stderr
    assert done.stdout.endswith(b"2 created\n")
    assert len(server.seen()) == 2


@pytest.mark.usefixtures("infra")
def test_the_plan_as_json(run: Run, export: Run) -> None:
    scan(run)

    (step,) = json.loads(export("report.json", "--dry-run", "-f", "json").stdout)

    assert step["do"] == "create"
    assert RULE in step["reason"]


@pytest.mark.usefixtures("infra")
def test_a_command_may_give_the_token(run: Run, export: Run, server: TrackerStandIn) -> None:
    scan(run)

    done = export("report.json", "--token-command", f"{shutil.which('printf')} %s {TOKEN}", GITHUB_TOKEN="")

    assert done.returncode == 0
    assert server.headers[-1]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.usefixtures("infra")
@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["report.json"], {"GITHUB_TOKEN": ""}, b"GITHUB_TOKEN is not set"),
        (["notes.txt"], {}, b"notes.txt: this is no report of this version of cloudaudit"),
        (["missing.json"], {}, b"missing.json: No such file or directory"),
        ([], {}, b"nothing was recorded here yet"),
        (["report.json", "--token-command", "false"], {}, b"gives no token (exit code 1)"),
        (["report.json", "--api", "http://evil.example"], {}, b"must be https://"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    run: Run, export: Run, arguments: list[str], environment: dict[str, str], said: bytes
) -> None:
    scan(run)

    done = export(*arguments, **environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert TOKEN.encode() not in done.stdout + done.stderr


def test_one_ticket_that_is_refused_stops_no_other(run: Run, export: Run, infra: Path, server: TrackerStandIn) -> None:
    (infra / "other.tf").write_text('resource "aws_s3_bucket" "other" {}\n')
    scan(run)
    server.faults = [("POST /repos/acme/shop/issues$", 422, {}, {"message": "Validation Failed"})]

    done = export("report.json")
    after = export("report.json")

    assert done.returncode == 3
    assert b"refused: GitHub refuses (422, Validation Failed)" in done.stdout
    assert b"1 of 2 steps were refused" in done.stderr
    assert after.stdout.endswith(b"1 created, 1 left as they are\n")
    assert len(server.seen()) == 2


@pytest.mark.usefixtures("infra")
def test_a_run_that_may_not_wait_says_what_is_left_and_the_next_one_does_it(
    run: Run, export: Run, infra: Path, server: TrackerStandIn
) -> None:
    (infra / "other.tf").write_text('resource "aws_s3_bucket" "other" {}\n')
    scan(run)
    plea = ("POST /repos/acme/shop/issues$", 429, {"Retry-After": "60"}, {})
    server.faults.append(("POST /repos/acme/shop/labels$", 503, {"Retry-After": "0"}, {}))
    server.faults.append(plea)

    stopped = export("report.json", "--wait", "0.5", "-f", "json")
    rest = export("report.json")

    assert stopped.returncode == 2
    assert stopped.stdout == b"[]\n"
    assert stopped.stderr == (
        b"cloudaudit: GitHub asks to wait 60 seconds, longer than a job should; run it again later "
        b"(2 of 2 steps are left)\n"
    )
    assert rest.stdout.endswith(b"2 created\n")


@pytest.mark.usefixtures("infra")
@pytest.mark.parametrize("name", ["missing.pem", "report.json"])
def test_certificates_that_cannot_be_read_are_named(run: Run, export: Run, name: str) -> None:
    scan(run)

    done = export("report.json", SSL_CERT_FILE=name)

    assert done.returncode == 2
    assert done.stderr == b"cloudaudit: SSL_CERT_FILE or SSL_CERT_DIR names no certificates that can be read\n"
