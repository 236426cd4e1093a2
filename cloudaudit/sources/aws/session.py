"""An account, its credentials, and the roles that lead from there into others."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cloudaudit.errors import SourceError
from cloudaudit.sources.aws.clients import Asker, Clients

# Where the calls of services without regions go, by partition.
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_ROLE_SESSION = "cloudaudit"


class Session:
    """An account as one set of credentials sees it.

    `credentials` are those of botocore, None where there are none. Accounts that they lead into by a role share the
    clients. SourceError when they are not accepted, with what to do.
    """

    def __init__(self, credentials: Any, clients: Clients, region: str) -> None:
        self.clients = clients
        self._credentials = credentials
        self._due: Callable[[str, str], object] = lambda _service, _region: None
        self._regions: tuple[str, ...] = ()
        self._first = region
        identity = self._identity()
        self.account = str(identity["Account"])
        self.caller = str(identity["Arn"])
        self.partition = self.caller.split(":", 2)[1]
        self.home = _HOMES.get(self.partition, self._first)

    @property
    def region(self) -> str:
        """The region of the credentials."""
        return self._first

    @contextmanager
    def asking(self, service: str, region: str) -> Iterator[Any]:
        """The client of the service. What this thread asks until the block ends goes to the region, signed with the
        credentials of this account, so each request has to end inside of it: the next page of an answer is a request.
        """
        asker = Asker(self._credentials, region, lambda service: self._due(service, region))
        with self.clients.asking(asker):
            yield self.clients.of(service)

    def has(self, service: str, region: str) -> bool:
        """Whether the service exists in the region, as far as the installed description of AWS knows."""
        known = self.clients.regions(service, self.partition)
        return not known or region in known

    def regions(self) -> tuple[str, ...]:
        """The regions that are enabled for the account, sorted; asked once. SourceError when AWS does not tell."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

        if not self._regions:
            try:
                with self.asking("ec2", self._first) as client:
                    answer = client.describe_regions(AllRegions=False)
            except (BotoCoreError, ClientError) as error:
                raise SourceError(f"the enabled regions cannot be listed: {error}") from None
            self._regions = tuple(sorted(str(region["RegionName"]) for region in answer["Regions"]))
        return self._regions

    def watch(self, due: Callable[[str, str], object]) -> None:
        """Call this before each attempt of a request from now on, with service and region."""
        self._due = due

    def assume(self, role: str, *, external_id: str = "", policy: str = "") -> "Session":
        """The account of a role, by its ARN. What it may do is further narrowed by a session policy, if given."""
        from botocore.credentials import DeferredRefreshableCredentials  # noqa: PLC0415 - as below

        extra = {"ExternalId": external_id, "Policy": policy}
        params = {
            "RoleArn": role,
            "RoleSessionName": _ROLE_SESSION,
            **{name: text for name, text in extra.items() if text},
        }

        def fetch() -> dict[str, str]:
            with self.clients.asking(Asker(self._credentials, self._first)):
                found = self.clients.of("sts").assume_role(**params)["Credentials"]
            return {
                "access_key": found["AccessKeyId"],
                "secret_key": found["SecretAccessKey"],
                "token": found["SessionToken"],
                "expiry_time": found["Expiration"].isoformat(),
            }

        self.clients.all_kept = True
        return Session(DeferredRefreshableCredentials(fetch, "assume-role"), self.clients, self._first)

    def _identity(self) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

        try:
            with self.asking("sts", self._first) as client:
                answer: Mapping[str, Any] = client.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise SourceError(refused_credentials(error)) from None
        return answer


def open_profile(profile: str = "", region: str = "") -> Session:
    """The account of a profile of the AWS configuration, or of the default chain of credentials."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from botocore.session import Session as Profile  # noqa: PLC0415

    try:
        found = Profile(profile=profile or None)
        first = region or found.get_config_variable("region") or _HOMES["aws"]
        return Session(found.get_credentials(), Clients(Profile(profile=profile or None), first), first)
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
