"""`cloudaudit audit` against AWS on loopback: which accounts, what happens to those that refuse, and being stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.standins.clouds import ACCOUNT, REGION, Cloud

BUCKETS = ("--rule", "s3-bucket-versioning")
OTHERS = ("222222222222", "333333333333")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.close()


def bucket(cloud: Cloud, name: str, account: str = ACCOUNT, *, versioned: bool = False) -> None:
    client = cloud.client("s3", account)
    client.create_bucket(Bucket=name)
    if versioned:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def organisation(cloud: Cloud) -> list[str]:
    """Two member accounts, each with a bucket; moto gives the ids."""
    client = cloud.client("organizations")
    client.create_organization(FeatureSet="ALL")
    ids = []
    for name in ("shop-prod", "shop-dev"):
        made = client.create_account(AccountName=name, Email=f"{name}@example.com")
        ids.append(made["CreateAccountStatus"]["AccountId"])
        bucket(cloud, f"{name}-files", ids[-1])
    return ids


def verdicts(report: Path) -> dict[str, str]:
    findings = json.loads(report.read_text())["findings"]
    return {one["resource"].rpartition(":::")[2].partition("/")[0]: one["verdict"] for one in findings}


def test_the_account_of_the_default_credentials(cloud: Cloud, run: Run, place: Path) -> None:
    bucket(cloud, "shop-files")
    bucket(cloud, "shop-archive", versioned=True)

    done = run("audit", *BUCKETS, "-o", "r.json", "--all", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert verdicts(place / "r.json") == {"shop-files": "fail", "shop-archive": "pass"}
    run_ = json.loads((place / "r.json").read_text())["run"]
    assert run_["started"] <= run_["finished"]


def test_failures_fail_the_run(cloud: Cloud, run: Run) -> None:
    bucket(cloud, "shop-files")

    done = run("audit", *BUCKETS, "--fail-on", "low", **cloud.environment)

    assert done.returncode == 1
    assert b"shop-files" in done.stdout


def test_every_account_of_an_organisation_has_its_own_report(cloud: Cloud, run: Run, place: Path) -> None:
    members = organisation(cloud)
    bucket(cloud, "main-files", versioned=True)

    done = run("audit", "--org", *BUCKETS, "-o", "out/{account}.json", "--all", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in (place / "out").iterdir()} == {f"{id_}.json" for id_ in (ACCOUNT, *members)}
    assert verdicts(place / "out" / f"{members[0]}.json") == {"shop-prod-files": "fail"}
    assert verdicts(place / "out" / f"{ACCOUNT}.json") == {"main-files": "pass"}
    assert b"shop-prod" in done.stdout
    assert b"3 accounts" in done.stdout


def test_a_unit_of_an_organisation_means_the_units_in_it_too(cloud: Cloud, run: Run, place: Path) -> None:
    inside, _ = organisation(cloud)
    client = cloud.client("organizations")
    (root,) = client.list_roots()["Roots"]
    outer = client.create_organizational_unit(ParentId=root["Id"], Name="shop")["OrganizationalUnit"]["Id"]
    inner = client.create_organizational_unit(ParentId=outer, Name="prod")["OrganizationalUnit"]["Id"]
    client.move_account(AccountId=inside, SourceParentId=root["Id"], DestinationParentId=inner)

    done = run("audit", "--ou", outer, *BUCKETS, "-o", "r.json", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert verdicts(place / "r.json") == {"shop-prod-files": "fail"}


def test_an_account_that_refuses_the_role_is_a_gap_and_the_rest_goes_on(cloud: Cloud, run: Run, place: Path) -> None:
    bucket(cloud, "theirs", OTHERS[0])
    (place / "accounts").write_text(f"{OTHERS[0]}  shop\narn:aws:iam::{OTHERS[1]}:role/locked  vault # closed\n")
    cloud.deny("locked")

    done = run("audit", "--accounts", "accounts", *BUCKETS, "-o", "r.json", "--strict", **cloud.environment)

    assert done.returncode == 3
    report = json.loads((place / "r.json").read_text())
    assert verdicts(place / "r.json") == {"theirs": "fail"}
    assert [one["what"] for one in report["gaps"]] == [f"account {OTHERS[1]}"]
    assert "AccessDenied" in report["gaps"][0]["why"]


def test_a_call_that_breaks_the_service_is_unknown_after_few_attempts(cloud: Cloud, run: Run, place: Path) -> None:
    bucket(cloud, "shop-files")
    cloud.deny("versioning", code="500")
    before = cloud.asked["s3"]

    done = run("audit", *BUCKETS, "-o", "r.json", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert verdicts(place / "r.json") == {"shop-files": "unknown"}
    assert cloud.asked["s3"] - before <= 5
    assert json.loads((place / "r.json").read_text())["gaps"][0]["what"].startswith("s3:GetBucketVersioning")


def test_no_account_that_could_be_entered_is_wrong_use(cloud: Cloud, run: Run, place: Path) -> None:
    (place / "accounts").write_text("\n".join(OTHERS))
    cloud.deny("AssumeRole")

    done = run("audit", "--accounts", "accounts", *BUCKETS, "--heartbeat", "beat", **cloud.environment)

    assert done.returncode == 2
    assert b"no account could be entered" in done.stderr
    assert json.loads((place / "beat").read_text())["exit_code"] == 2


def test_several_profiles_are_several_accounts(cloud: Cloud, run: Run, place: Path) -> None:
    bucket(cloud, "theirs", OTHERS[0])
    bucket(cloud, "ours")
    (place / "config").write_text(
        "[profile one]\naws_access_key_id = a\naws_secret_access_key = b\n"
        f"[profile two]\nsource_profile = one\nrole_arn = arn:aws:iam::{OTHERS[0]}:role/reader\n"
    )
    environment = {**cloud.environment, "AWS_CONFIG_FILE": str(place / "config")}
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]

    done = run("audit", "--profile", "one", "--profile", "two", *BUCKETS, "-o", "r.json", **environment)

    assert done.returncode == 0, done.stderr
    assert verdicts(place / "r.json") == {"theirs": "fail", "ours": "fail"}


def test_the_heartbeat_tells_how_it_went(cloud: Cloud, run: Run, place: Path) -> None:
    bucket(cloud, "shop-files")

    run("audit", *BUCKETS, "--heartbeat", "beat.json", **cloud.environment)

    beat = json.loads((place / "beat.json").read_text())
    assert beat.pop("finished").endswith("Z")
    assert beat.pop("requests") > 0
    assert beat.pop("audit")
    assert beat == {"exit_code": 0, "accounts": 1, "failing": 1, "unknown": 0, "gaps": 0}


def test_nights_become_a_history(cloud: Cloud, run: Run) -> None:
    """Failing, fixed, reopened; and a night on which the call was denied, which fixes nothing."""
    bucket(cloud, "shop-files")
    client = cloud.client("s3")
    for day, status in enumerate(("Suspended", "Enabled", "Suspended", "denied"), start=1):
        if status == "denied":
            cloud.deny("versioning")
        else:
            client.put_bucket_versioning(Bucket="shop-files", VersioningConfiguration={"Status": status})
        time = str(1_800_000_000 + day * 86_400)
        done = run("audit", *BUCKETS, "-o", "r.json", SOURCE_DATE_EPOCH=time, **cloud.environment)
        assert done.returncode == 0, done.stderr

    told = json.loads(run("history", "s3-bucket-versioning", "-f", "json").stdout)

    (life,) = told["lives"]
    assert [one["state"]["verdict"] for one in life["spans"]] == ["fail", "pass", "fail", "unknown"]


def test_a_run_need_not_be_recorded(cloud: Cloud, run: Run) -> None:
    bucket(cloud, "shop-files")

    run("audit", *BUCKETS, "--no-record", **cloud.environment)

    assert run("runs").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "nobody"), b"nobody"),
        (("--accounts", "notes.txt"), b"neither an account id"),
        (("--accounts", "notes.txt", "--org"), b"give one of them"),
        (("--region", "mars-north-1", "--fail-on", "never", "--strict"), b"incomplete"),
        (("--session-policy", "nowhere.json"), b"nowhere.json"),
    ],
)
def test_what_cannot_be_audited_is_said_in_a_line(
    cloud: Cloud, run: Run, arguments: tuple[str, ...], said: bytes
) -> None:
    done = run("audit", *BUCKETS, *arguments, **cloud.environment)

    assert done.returncode == (3 if "--strict" in arguments else 2)
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_organisation_that_cannot_be_listed_is_said_in_a_line(cloud: Cloud, run: Run) -> None:
    cloud.deny("ListAccounts")

    done = run("audit", "--org", *BUCKETS, **cloud.environment)

    assert done.returncode == 2
    assert b"organisation cannot be listed" in done.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredToken", b"has expired"),
        ("InvalidClientTokenId", b"does not know this access key"),
        ("RequestTimeTooSkewed", b"set the clock"),
        ("AccessDenied", b"AWS refuses"),
    ],
)
def test_refused_credentials_are_said_in_a_line(cloud: Cloud, run: Run, code: str, said: bytes) -> None:
    cloud.deny("GetCallerIdentity", code=code)

    done = run("audit", *BUCKETS, **cloud.environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_no_credentials_are_said_in_a_line(run: Run) -> None:
    done = run("audit", *BUCKETS, AWS_EC2_METADATA_DISABLED="true", AWS_DEFAULT_REGION=REGION)

    assert done.returncode == 2
    assert b"no AWS credentials" in done.stderr


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_stopped_goes_on_where_it_was(
    cloud: Cloud, run: Run, place: Path, cache: Path, how: signal.Signals
) -> None:
    for number in range(6):
        bucket(cloud, f"shop-files-{number}")
    seen: list[str] = []

    def stop(service: str, said: str) -> None:
        if service == "s3":
            seen.append(said)
            if len(seen) == 5:
                process.send_signal(how)

    env = {**os.environ, **cloud.environment, "HOME": str(place), "CLOUDAUDIT_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "cloudaudit", "audit", *BUCKETS, "--threads", "1"]
    cloud.before = stop
    with subprocess.Popen(command, env=env, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL)
    assert (b"--resume" in errors) is (how is signal.SIGINT)
    before = set(seen[:4])

    again = run("audit", *BUCKETS, "--resume", "-o", "r.json", **cloud.environment)

    assert again.returncode == 0, again.stderr
    runs = json.loads(run("runs", "-f", "json").stdout)
    assert len(runs["runs"]) == 1
    assert set(verdicts(place / "r.json").values()) == {"fail"}
    assert len(verdicts(place / "r.json")) == 6
    assert before.isdisjoint(seen[5:])
    assert list((place / ".local" / "state" / "cloudaudit" / "answers").iterdir()) == []
