"""Reports are written down: names of targets, what was looked for, audits target by target."""

from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.app.recording import target_name
from cloudaudit.history import Missed
from cloudaudit.model import Report
from cloudaudit.settings import Settings
from cloudaudit.sources import Options
from cloudaudit.store import Store, open_store
from tests.standins.reports import finding, night, report

ACCOUNTS = ("aws:111111111111", "aws:222222222222")


@pytest.fixture
def recorder(tmp_path: Path) -> app.Recorder:
    return app.Recorder(str(tmp_path / "history.db"))


def store(recorder: app.Recorder) -> Store:
    return open_store(recorder.place)


def repository(folder: Path, url: str = "") -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / "infra").mkdir()
    if url:
        (folder / ".git" / "config").write_text(
            f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n\tfetch = x\n'
        )
    return folder


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("", "shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("https://github.com/acme/store/", "acme/store"),
        ("https://user:s3cret@host/shop.git", "host/shop"),
        ("/srv/git/shop.git", "git/shop"),
    ],
)
def test_a_folder_is_called_by_its_repository(tmp_path: Path, url: str, name: str) -> None:
    top = repository(tmp_path / "shop", url)

    assert target_name(str(top)) == name
    assert target_name(str(top / "infra" / "..")) == name
    assert target_name(str(top / "infra")) == f"{name}:infra"
    assert target_name(f"checkov:{top / 'infra'}") == f"checkov:{name}:infra"


def test_what_is_in_no_repository_is_called_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "plan.json").touch()

    assert target_name(str(tmp_path / "plan.json")) == (tmp_path / "plan.json").as_posix()
    assert target_name("aws:111111111111") == "aws:111111111111"


def test_a_root_that_is_no_more_is_gone_from_a_folder(tmp_path: Path, recorder: app.Recorder) -> None:
    target = str(repository(tmp_path / "shop"))
    both = [finding("r1", root, root=root, target=target) for root in ("a", "b")]
    for day, count in ((1, 2), (2, 1)):
        recorder.add(report(both[:count], roots=["a", "b"][:count], targets=[target], at=night(day)), app.Request())

    assert [one.kind for one in store(recorder).diff("1", "2").changes] == ["gone"]


@pytest.mark.parametrize(
    "request_",
    [
        app.Request(options=Options(roots=("a",))),
        app.Request(settings=Settings(exclude=("b",))),
        app.Request(options=Options(exclude=("b/*",))),
    ],
)
def test_a_root_that_was_left_out_is_not_gone(tmp_path: Path, recorder: app.Recorder, request_: app.Request) -> None:
    target = str(repository(tmp_path / "shop"))
    both = [finding("r1", root, root=root, target=target) for root in ("a", "b")]
    recorder.add(report(both, roots=["a", "b"], targets=[target], at=night(1)), app.Request())
    recorder.add(report(both[:1], roots=["a"], targets=[target], at=night(2)), request_)

    assert [one.kind for one in store(recorder).diff("1", "2").changes] == ["unseen"]


def test_a_region_that_was_left_out_is_not_gone(recorder: app.Recorder) -> None:
    keys = [f"arn:aws:rds:{region}:111111111111:db:main" for region in ("eu-west-1", "us-east-1")]
    recorder.add(report([finding("r1", key) for key in keys], at=night(1)), app.Request())
    recorder.add(report(at=night(2)), app.Request(), regions=["eu-west-1"], missed=())

    changes = store(recorder).diff("1", "2").changes
    assert [(one.kind, one.subject.resource) for one in changes] == [("gone", keys[0]), ("unseen", keys[1])]


def test_an_audit_that_was_stopped_shows_what_it_lacks(recorder: app.Recorder) -> None:
    name = recorder.begin(ACCOUNTS, at=night(1))
    recorder.add(_account(0), app.Request())

    (audit,) = store(recorder).unfinished()
    assert (audit.name, audit.started, audit.missing) == (name, night(1), ACCOUNTS[1:])
    assert [(run.audit, run.target) for run in store(recorder).runs()] == [(name, ACCOUNTS[0])]


def test_an_audit_goes_on_where_it_was_stopped(recorder: app.Recorder) -> None:
    name = recorder.begin(ACCOUNTS, at=night(1))
    recorder.add(_account(0), app.Request())
    again = app.Recorder(recorder.place)

    assert again.begin(ACCOUNTS, at=night(2), resume=True) == name
    again.add(_account(0), app.Request())
    again.add(_account(1), app.Request())
    again.finish(at=night(2))

    assert store(recorder).unfinished() == ()
    assert [run.target for run in store(recorder).runs()] == list(ACCOUNTS)


def test_an_audit_begins_anew_unless_it_is_taken_up(recorder: app.Recorder) -> None:
    assert recorder.begin(ACCOUNTS, at=night(1)) != recorder.begin(ACCOUNTS, at=night(2))


def test_what_an_account_could_not_list_is_not_gone(recorder: app.Recorder) -> None:
    failing = finding("r1", "arn:aws:rds:eu-west-1:111111111111:db:main", type="aws_db_instance")
    other = finding("r1", "arn:aws:s3:::logs")
    recorder.add(report([failing, other], at=night(1)), app.Request())
    missed = [Missed(types=("aws_db_instance",), region="eu-west-1")]
    recorder.add(report(gaps=["rds:DescribeDBInstances"], at=night(2)), app.Request(), missed=missed)

    assert [one.kind for one in store(recorder).diff("1", "2").changes] == ["gone", "unseen"]


def _account(place: int) -> Report:
    key = f"arn:aws:s3:::logs-{place}"
    return report([finding("r1", key, target=ACCOUNTS[place])], targets=[ACCOUNTS[place]], at=night(1))
