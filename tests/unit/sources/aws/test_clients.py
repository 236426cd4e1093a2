"""Accounts share clients; no request of one is ever signed with the credentials of another."""

import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import botocore.session
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.model import Shape
from moto.core.botocore_stubber import MockRawResponse

from cloudaudit.sources.aws.clients import Asker, Clients
from cloudaudit.sources.aws.collectors import operations
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


@pytest.mark.parametrize("service", ["ec2", "iam", "s3", "config", "organizations", "timestream-write"])
def test_a_client_knows_what_is_asked_of_its_service_and_little_else(sessions: list[Session], service: str) -> None:
    with sessions[0].asking(service, REGION) as client:
        model = client.meta.service_model
    names = model._service_description["operations"]  # noqa: SLF001 - botocore shows the names that there were
    known = {xform_name(name) for name in names}

    assert known >= operations()[service]
    assert len(known - operations()[service]) <= 3
    for name in names:  # all that these need is there
        described = model.operation_model(name)
        for shape in (described.input_shape, described.output_shape, *described.error_shapes):
            whole(shape)


def whole(shape: Shape | None, above: tuple[str, ...] = ()) -> None:
    """Goes through all that the shape consists of. NoShapeFoundError where something is not there."""
    if shape is not None and shape.name not in above:
        members = [getattr(shape, part, None) for part in ("member", "key", "value")]
        for member in (*getattr(shape, "members", {}).values(), *members):
            whole(member, (*above, shape.name))


def test_a_service_without_collectors_is_known_in_full(sessions: list[Session]) -> None:
    with sessions[0].asking("sts", REGION) as client:
        assert client.meta.service_model.operation_model("GetFederationToken").input_shape


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


def test_what_other_threads_read_of_services_meanwhile_does_no_harm() -> None:
    session = botocore.session.Session()
    cache = session.get_component("data_loader")._cache  # noqa: SLF001 - what threads share

    class Seen(tuple[str, int]):
        """A description that somebody else reads when it is looked at."""

        __slots__ = ()

        def __getitem__(self, at: object) -> object:
            cache["load_service_model", len(cache)] = {}
            return super().__getitem__(at)  # type: ignore[call-overload]

    cache[Seen(("determine_latest_version", 1))] = ""

    assert Clients(session, REGION).of("sqs").meta.service_model.service_name == "sqs"


def test_each_account_and_region_has_addresses_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timestream tells each account where in a region it is to be asked."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clients = Clients(botocore.session.Session(), REGION)
    sent: list[tuple[str, str]] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        key = request.headers["Authorization"].decode().partition("Credential=")[2].partition("/")[0]
        host = request.url.partition("://")[2].strip("/")
        sent.append((key, host))
        body = {"Endpoints": [{"Address": f"{key}.{host}", "CachePeriodInMinutes": 1440}], "Databases": []}
        return AWSResponse(request.url, 200, {}, MockRawResponse(json.dumps(body).encode()))

    asked = [(key, region) for key in ("one", "two") for region in ("us-east-1", "eu-west-1")]
    for key, region in asked:
        with clients.asking(Asker(Credentials(key, "secret"), region)):
            client = clients.of("timestream-write")
            client.meta.events.register_first("before-send", answer, unique_id="answer")
            client.list_databases()

    hosts = [(key, f"ingest.timestream.{region}.amazonaws.com") for key, region in asked]
    assert sent == [each for key, host in hosts for each in ((key, host), (key, f"{key}.{host}"))]


def test_an_endpoint_of_ones_own_is_asked_for_everything(sessions: list[Session]) -> None:
    with sessions[0].asking("timestream-write", REGION) as client:
        assert client.list_databases()["Databases"] == []
