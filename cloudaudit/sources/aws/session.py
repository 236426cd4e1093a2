"""Clients of one account: the only place that makes any."""

import http
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from cloudaudit.errors import SourceError

# Where the calls of services without regions go, by partition.
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_CONNECT, _READ = 5, 20  # seconds until a call without an answer is given up
_ATTEMPTS = 12  # at 30 % throttling one call in a million is lost
_CLIENTS = 8  # kept; service by service, few are made twice
_MODELS = ("load_data", "load_data_with_path", "load_service_model")
_SILENT = 2  # attempts at a call that hangs
_BROKEN = 4  # attempts at a call that the service breaks at
_ROLE_SESSION = "cloudaudit"


class Session:
    """An account as one set of credentials sees it.

    A client takes some 30 ms and 3 MB to make and there are a hundred services in each of up to thirty regions, so one
    client serves all regions, and those that were not used for a while are given up. `due` is called before each
    attempt of a request, with service and region. SourceError when the credentials are not accepted, with what to do.
    """

    def __init__(self, credentials: Any, *, region: str = "", due: Callable[[str, str], None] | None = None) -> None:
        self._session = credentials
        self._due = due
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, Any] = OrderedDict()
        self._here = threading.local()
        self._regions: tuple[str, ...] = ()
        self._first = region or credentials.region_name or _HOMES["aws"]
        identity = self._identity()
        self.account = str(identity["Account"])
        self.caller = str(identity["Arn"])
        self.partition = self.caller.split(":", 2)[1]
        self.home = _HOMES.get(self.partition, self._first)

    @property
    def region(self) -> str:
        """The region of the credentials."""
        return self._first

    def client(self, service: str, region: str) -> Any:
        """The client of the service. What this thread asks it next goes to the region."""
        self._here.region = region
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
                self._forget_models()
            self._clients.move_to_end(service)
            if len(self._clients) > _CLIENTS:
                self._clients.popitem(last=False)
            return self._clients[service]

    def has(self, service: str, region: str) -> bool:
        """Whether the service exists in the region, as far as the installed description of AWS knows."""
        known = self._session.get_available_regions(service, partition_name=self.partition)
        return not known or region in known

    def regions(self) -> tuple[str, ...]:
        """The regions that are enabled for the account, sorted; asked once. SourceError when AWS does not tell."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

        if not self._regions:
            try:
                answer = self.client("ec2", self._first).describe_regions(AllRegions=False)
            except (BotoCoreError, ClientError) as error:
                raise SourceError(f"the enabled regions cannot be listed: {error}") from None
            self._regions = tuple(sorted(str(region["RegionName"]) for region in answer["Regions"]))
        return self._regions

    def watch(self, due: Callable[[str, str], None]) -> None:
        """Call this before each attempt of a request from now on."""
        self._due = due

    def assume(self, role: str, *, external_id: str = "", policy: str = "") -> "Session":
        """The account of a role, by its ARN. What it may do is further narrowed by a session policy, if given."""
        import boto3  # noqa: PLC0415 - as below
        from botocore.credentials import (  # noqa: PLC0415
            AssumeRoleCredentialFetcher,
            DeferredRefreshableCredentials,
        )

        extra: dict[str, str] = {"RoleSessionName": _ROLE_SESSION}
        extra |= {"ExternalId": external_id} if external_id else {}
        extra |= {"Policy": policy} if policy else {}
        inner = self._session._session  # noqa: SLF001 - boto3 has no public way to refresh the credentials of a role
        fetcher = AssumeRoleCredentialFetcher(
            inner.create_client, self._session.get_credentials(), role, extra_args=extra
        )
        import botocore.session  # noqa: PLC0415

        made = botocore.session.get_session()
        made.register_component("data_loader", inner.get_component("data_loader"))
        made._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001
        return Session(boto3.Session(botocore_session=made, region_name=self._first), region=self._first)

    def _make(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - as below

        config = Config(
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=50,
            user_agent_extra="cloudaudit",
        )
        client = self._session.client(service, region_name=self._first, config=config)
        client.meta.events.register_first("needs-retry", _give_up)
        client.meta.events.register_first("before-endpoint-resolution", self._go)
        client.meta.events.register("before-send", lambda **_: self._due and self._due(service, self._here.region))
        if service == "s3control":
            client.meta.events.register("before-sign", _own_host)
        return client

    def _forget_models(self) -> None:
        """The client has the description of its service; botocore would keep all of them, some 300 MB."""
        cache = self._session._session.get_component("data_loader")._cache  # noqa: SLF001 - there is no other way
        for key in [key for key in cache if key[0] in _MODELS]:
            del cache[key]

    def _go(self, builtins: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Sends a request to the region of the thread that makes it, and has it signed for there."""
        builtins["AWS::Region"] = self._here.region
        context["signing"] = {**context.get("signing", {}), "region": self._here.region}

    def _identity(self) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

        try:
            answer: Mapping[str, Any] = self.client("sts", self._first).get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise SourceError(refused_credentials(error)) from None
        return answer


def open_profile(profile: str = "", region: str = "") -> Session:
    """The account of a profile of the AWS configuration, or of the default chain of credentials."""
    import boto3  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    try:
        return Session(boto3.Session(profile_name=profile or None, region_name=region or None), region=region)
    except BotoCoreError as error:
        raise SourceError(refused_credentials(error)) from None


def refused_credentials(error: Exception) -> str:
    """What is wrong with the credentials, and what to do."""
    name = type(error).__name__
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    hints = {
        "NoCredentialsError": 'no AWS credentials; run "aws configure" or "aws sso login", or set AWS_PROFILE',
        "PartialCredentialsError": "the AWS credentials are incomplete; set both the access key and its secret",
        "ProfileNotFound": f'{error}; "aws configure list-profiles" names those there are',
        "ExpiredToken": "the AWS session has expired; log in again",
        "ExpiredTokenException": "the AWS session has expired; log in again",
        "UnauthorizedSSOTokenError": 'the AWS SSO session has expired; run "aws sso login"',
        "SSOTokenLoadError": 'there is no AWS SSO session; run "aws sso login"',
        "InvalidClientTokenId": "AWS does not know this access key, or the region is not enabled for the account",
        "SignatureDoesNotMatch": "AWS refuses the signature: the secret key is wrong, or this clock is",
        "RequestTimeTooSkewed": "AWS refuses the time of the request: set the clock of this machine",
        "RequestExpired": "AWS refuses the time of the request: set the clock of this machine",
        "AccessDenied": f"AWS refuses: {error}",
        "EndpointConnectionError": f"{error}; check the region, the network and the proxy (HTTPS_PROXY)",
        "ProxyConnectionError": f"{error}; check HTTPS_PROXY",
        "ConnectTimeoutError": f"{error}; check the network and the proxy (HTTPS_PROXY)",
        "InvalidRegionError": f"{error}",
    }
    return hints.get(code) or hints.get(name) or f"AWS cannot be asked: {error}"


def _give_up(
    attempts: int, caught_exception: Exception | None, response: Any = None, operation: Any = None, **_: Any
) -> None:
    """Few attempts at a call that hangs, since each takes as long as the time-out, or that breaks the service."""
    from botocore.exceptions import (  # noqa: PLC0415
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        ReadTimeoutError,
    )
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    late = (ReadTimeoutError, ConnectTimeoutError, EndpointConnectionError)
    if isinstance(caught_exception, (*late, ResponseParserError)) and attempts >= _SILENT:
        raise caught_exception
    if response is None or response[0].status_code != http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    # No service of AWS speaks HTML: this is a stand-in or a proxy, and will not know better next time.
    if attempts >= _BROKEN or "html" in response[0].headers.get("content-type", ""):
        raise ClientError(response[1], operation.name)


def _own_host(request: Any, **_: Any) -> None:
    """An endpoint of one's own has no host for each account, which this service asks for."""
    head, sign, rest = request.url.partition("://")
    account, _, host = rest.partition(".")
    if account.isdigit() and "amazonaws" not in host.partition("/")[0]:
        request.url = f"{head}{sign}{host}"
