"""Accounts share clients; no request of one is ever signed with the credentials of another."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import NoCredentialsError

from cloudaudit.sources.aws.session import Session, open_profile
from tests.standins.clouds import ACCOUNT, REGION, Cloud

OTHERS = ("222222222222", "333333333333", "444444444444")
REGIONS = (REGION, "eu-west-1", "us-west-2")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    cloud = Cloud()
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    for id_ in (ACCOUNT, *OTHERS):
        cloud.client("s3", id_).create_bucket(Bucket=f"files-{id_}")
    yield cloud
    cloud.close()


@pytest.fixture
def sessions(cloud: Cloud) -> list[Session]:  # noqa: ARG001 - whom they ask
    """Of the account of the credentials, and of those that they lead into."""
    base = open_profile()
    return [base, *(base.assume(f"arn:aws:iam::{id_}:role/reader") for id_ in OTHERS)]


def asks(session: Session) -> tuple[str, list[str]]:
    """Which account answers, and what it holds."""
    region = REGIONS[threading.get_ident() % 3]
    with session.asking("sts", region) as sts, session.asking("s3", region) as s3:
        return sts.get_caller_identity()["Account"], [one["Name"] for one in s3.list_buckets()["Buckets"]]


def test_they_share_clients(sessions: list[Session]) -> None:
    found = set()
    for one in sessions:
        with one.asking("s3", REGION) as client:
            found.add(id(client))
    assert len(found) == 1


def test_every_account_is_asked_with_its_own_credentials(cloud: Cloud, sessions: list[Session]) -> None:
    """Threads take turns between accounts; every third request is throttled and signed anew."""
    number, lock = itertools.count(), threading.Lock()

    def throttle(_service: str, _said: str) -> None:
        with lock:
            if next(number) % 3:
                cloud.allow("GetCallerIdentity")
            else:
                cloud.deny("GetCallerIdentity", code="Throttling")

    cloud.before = throttle
    with ThreadPoolExecutor(12) as pool:
        work = sessions * 8
        told = list(pool.map(asks, work))

    assert told == [(one.account, [f"files-{one.account}"]) for one in work]


def test_one_account_within_another_ends_where_it_began(sessions: list[Session]) -> None:
    one, other = sessions[1:3]
    with one.asking("sts", REGION) as sts:
        assert asks(other)[0] == other.account
        assert sts.get_caller_identity()["Account"] == one.account


def test_nothing_is_signed_for_nobody(sessions: list[Session]) -> None:
    with sessions[1].asking("sts", REGION) as client:
        assert client.get_caller_identity()

    with pytest.raises(NoCredentialsError):
        client.get_caller_identity()


def test_what_a_role_gave_is_asked_for_anew_before_it_ends(cloud: Cloud, sessions: list[Session]) -> None:
    for one in sessions[1:]:
        one._credentials._expiry_time = one._credentials._time_fetcher()  # noqa: SLF001 - an hour is long
    seen: list[str] = []
    cloud.before = lambda _service, said: seen.append(said)

    told = [asks(one)[0] for one in sessions]

    assert told == [ACCOUNT, *OTHERS]
    assert sum("AssumeRole" in said for said in seen) == len(OTHERS)
