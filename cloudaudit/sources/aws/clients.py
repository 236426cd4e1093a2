"""Clients of AWS: the only place that makes any. They serve all regions and accounts, and hold no credentials."""

import http
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from cloudaudit.sources.aws.descriptions import cut

_CONNECT, _READ = 5, 20  # seconds until a call without an answer is given up
_ATTEMPTS = 12  # at 30 % throttling one call in a million is lost
_FEW = 8  # kept of one account; service by service, few are made twice
_MODELS = ("load_data", "load_data_with_path", "load_service_model")
_SILENT = 2  # attempts at a call that hangs
_BROKEN = 4  # attempts at a call that the service breaks at


class Asker(NamedTuple):
    """In whose name a thread asks: the credentials (None where there are none), the region that is meant, and what is
    called before each attempt of a request, with the service."""

    credentials: Any
    region: str
    due: Callable[[str], object] = lambda _service: None


class Clients:
    """One client for each service.

    A client takes some 15 ms and 2 MB to make and there are a hundred services in each of up to thirty regions, of up
    to hundreds of accounts. So each is made once: where a request goes and who signs it is what the thread says that
    makes it, for as long as it makes it. Outside of `asking` nothing is signed. Those that were not used for a while
    are given up, unless `all_kept`, since other accounts will want them.
    """

    def __init__(self, session: Any, region: str) -> None:
        """`session` is a session of botocore; its credentials are not used."""
        self.all_kept = False
        self._session = session
        self._region = region
        self._lock = threading.Lock()
        self._here = threading.local()
        self._made: OrderedDict[str, Any] = OrderedDict()
        session.register_component("credential_provider", _Provider(_OfThread(self._here)))

    def of(self, service: str) -> Any:
        """The client of the service."""
        with self._lock:
            if service not in self._made:
                self._made[service] = self.make(service)
                self._forget_models()
            self._made.move_to_end(service)
            if len(self._made) > _FEW and not self.all_kept:
                self._made.popitem(last=False)
            return self._made[service]

    @contextmanager
    def asking(self, asker: Asker) -> Iterator[None]:
        """What this thread asks until the block ends, it asks in this name."""
        before = getattr(self._here, "asker", None)
        self._here.asker = asker
        try:
            yield
        finally:
            self._here.asker = before

    def regions(self, service: str, partition: str) -> list[str]:
        """The regions that the service exists in, as far as the installed description of AWS knows."""
        found: list[str] = self._session.get_available_regions(service, partition_name=partition)
        return found

    def make(self, service: str) -> Any:
        """A new client, of what collectors ask."""
        from botocore.config import Config  # noqa: PLC0415 - 0.2 s that `--help` need not pay
        from botocore.discovery import block_endpoint_discovery_required_operations  # noqa: PLC0415

        config = Config(
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=50,
            user_agent_extra="cloudaudit",
            endpoint_discovery_enabled=False,  # what one account found out in one region would be kept for all
        )
        client = self._session.create_client(service, region_name=self._region, config=config)
        cut(client)
        client.meta.events.register_first("needs-retry", _give_up)
        client.meta.events.register_first("before-endpoint-resolution", self._go)
        client.meta.events.register("before-send", lambda **_: self._wait(service))
        if service == "s3control":
            client.meta.events.register("before-sign", _own_host)
        if client.meta.service_model.endpoint_discovery_operation:
            client.meta.events.unregister("before-parameter-build", block_endpoint_discovery_required_operations)
            client.meta.events.register_first("request-created", partial(_at_its_address, client))
        return client

    @property
    def _asker(self) -> Asker:
        """In whose name this thread asks. NoCredentialsError when in nobody's."""
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - as above

        if (asker := getattr(self._here, "asker", None)) is None:
            raise NoCredentialsError
        found: Asker = asker
        return found

    def _wait(self, service: str) -> None:
        self._asker.due(service)

    def _go(self, builtins: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Sends a request to the region that its thread means, and has it signed for there."""
        region = self._asker.region
        builtins["AWS::Region"] = region
        context["signing"] = {**context.get("signing", {}), "region": region}

    def _forget_models(self) -> None:
        """The client has the description of its service; botocore would keep all of them, some 300 MB. Other threads
        read descriptions meanwhile."""
        cache = self._session.get_component("data_loader")._cache  # noqa: SLF001 - there is no other way
        for key in list(cache):
            if key[0] in _MODELS:
                cache.pop(key, None)


class _OfThread:
    """Credentials as botocore wants them: those in whose name this thread asks at the moment, else none. Asked for each
    time that a request is signed, so also when it is tried again."""

    method = "of-thread"

    def __init__(self, here: threading.local) -> None:
        self._here = here

    def get_frozen_credentials(self) -> Any:
        """The keys to sign with; None, with which nothing can be signed."""
        asker = getattr(self._here, "asker", None)
        return asker.credentials.get_frozen_credentials() if asker and asker.credentials else None

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """What botocore may want to know beside the keys: the id of the account."""
        return lambda: getattr(self.get_frozen_credentials(), name, None)


class _Provider:
    """Says which credentials a session of botocore has."""

    def __init__(self, credentials: _OfThread) -> None:
        self._credentials = credentials

    def load_credentials(self) -> _OfThread:
        """The credentials."""
        return self._credentials


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


def _at_its_address(client: Any, request: Any, operation_name: str, **_: Any) -> None:
    """Sends a request where the account is to find the service in the region, which it has to ask for (Timestream). An
    endpoint of one's own stays."""
    from botocore import xform_name  # noqa: PLC0415 - as above

    model = client.meta.service_model
    wants = model.operation_model(operation_name).endpoint_discovery or {}
    if wants.get("required") and _is_of_aws(request.url):
        for told in getattr(client, xform_name(model.endpoint_discovery_operation.name))()["Endpoints"][:1]:
            request.url = f"https://{told['Address']}"


def _own_host(request: Any, **_: Any) -> None:
    """An endpoint of one's own has no host for each account, which this service asks for."""
    head, sign, rest = request.url.partition("://")
    account, _, host = rest.partition(".")
    if account.isdigit() and not _is_of_aws(request.url):
        request.url = f"{head}{sign}{host}"


def _is_of_aws(url: str) -> bool:
    host = url.partition("://")[2].partition("/")[0]
    return ".amazonaws." in host or ".api.aws" in host
