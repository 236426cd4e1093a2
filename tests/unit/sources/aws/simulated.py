"""An account that moto simulates in this process: build it with boto3, deny calls, audit it."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.credentials import Credentials
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.ec2.responses import EC2Response

from cloudaudit.app.auditing import judge_account
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Finding, Gap, Verdict
from cloudaudit.settings import Settings
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.clients import Clients
from cloudaudit.sources.aws.collectors import collectors
from cloudaudit.sources.aws.permissions import actions
from cloudaudit.sources.aws.reader import Reader
from cloudaudit.sources.aws.session import Session, open_profile

REGION = "us-east-1"
ACCOUNT = "123456789012"

# moto puts this in when a peering is made, while other threads go through what is there.
EC2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER.setdefault(
    "CreateVpcPeeringConnectionResult.VpcPeeringConnection.Status", lambda status: status
)


asked: "list[Account]" = []
"""The account that is asked now."""


@functools.cache
def shared_clients() -> Clients:
    """Clients that ask the account first how it answers."""
    clients = open_profile(region=REGION).clients
    clients.all_kept = True
    make = clients.make

    def watched(service: str) -> Any:
        client = make(service)
        client.meta.events.register_first("before-call", lambda model, **_: asked[0].answer(service, model))
        return client

    clients.make = watched  # type: ignore[method-assign]
    return clients


class Run:
    """What an audit said."""

    def __init__(self, findings: list[Finding], gaps: tuple[Gap, ...], calls: list[str]) -> None:
        self.findings = findings
        self.gaps = gaps
        self.calls = calls

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """By key of the resource; for audits of one rule."""
        return {finding.resource: finding.verdict for finding in self.findings}

    def by_rule(self) -> dict[str, set[Verdict]]:
        """The verdicts that each rule gave."""
        found: dict[str, set[Verdict]] = {}
        for finding in self.findings:
            found.setdefault(finding.rule, set()).add(finding.verdict)
        return found


class Account:
    """The simulated account."""

    def __init__(self) -> None:
        self._denied: dict[str, str] = {}
        self._given: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []

    def client(self, service: str, region: str = REGION) -> Any:
        """A client to build with."""
        return boto3.client(service, region_name=region)

    def deny(self, action: str, code: str = "AccessDenied") -> None:
        """Refuse calls that need the permission from now on."""
        self._denied[action.lower()] = code

    def give(self, operation: str, **answer: Any) -> None:
        """Answer so what moto cannot: give("ec2.get_instance_metadata_defaults", AccountLevel={})."""
        self._given[operation] = answer

    def audit(self, *rules: str, regions: tuple[str, ...] = (REGION,), **parameters: Any) -> Run:
        """The verdicts of the rules named."""
        request = Request(only=rules, settings=Settings(parameters=parameters))
        judged = judge_account(Court(request), self.reader(), Plan(regions=regions, threads=2))
        return Run(judged.findings, judged.gaps, self.calls)

    def graph(self, *types: str, regions: tuple[str, ...] = (REGION,)) -> ResourceGraph:
        """The resources of these types, with those that they are found through."""
        return graph(self.reader(), Plan(regions=regions, types=frozenset(types), threads=2))

    def reader(self) -> Reader:
        """What asks the account. All of them share clients, whose making takes longer than most tests."""
        asked[:] = [self]
        return Reader(Session(Credentials("test", "test"), shared_clients(), REGION))

    def answer(self, service: str, model: Any) -> Any:
        """What a test wants to be answered; None leaves it to moto."""
        method = xform_name(model.name)
        self.calls.append(f"{service}.{method}")
        code = next(
            (self._denied[name.lower()] for name in self._names(service, method) if name.lower() in self._denied), None
        )
        if code is None and (given := self._given.get(f"{service}.{method}")) is not None:
            return AWSResponse("", 200, {}, None), given
        if code is None:
            return None
        answer = {"Error": {"Code": code, "Message": "denied by the test"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        return AWSResponse("", 403, {}, None), answer

    @staticmethod
    @functools.cache
    def _names(service: str, method: str) -> tuple[str, ...]:
        for one in collectors():
            for call in one.calls:
                if (call.service, call.operation) == (service, method):
                    return actions(call)
        return (f"{service}:{method.replace('_', '')}",)


def _or_unsupported(process: Any) -> Any:
    """What moto does not have, or breaks at, is refused as a service of AWS refuses what its region does not have."""

    def answer(stubber: Any, request: Any) -> Any:
        try:
            response = process(stubber, request)
        except (KeyError, NotImplementedError, TypeError):
            response = None
        if response is not None:
            return response
        code = "UnsupportedOperationException"
        if "urlencoded" in str(request.headers.get("Content-Type")):
            return 400, {}, f"<Response><Errors><Error><Code>{code}</Code></Error></Errors></Response>"
        return 400, {"x-amzn-errortype": code}, f'{{"__type": "{code}"}}'

    return answer


@contextmanager
def simulated() -> Iterator[Account]:
    """A new, empty account."""
    given = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
    before = {name: os.environ.get(name) for name in (*given, "AWS_PROFILE", "AWS_ENDPOINT_URL")}
    os.environ.update(given)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    try:
        process = BotocoreStubber.process_request
        with mock_aws(), patch.object(BotocoreStubber, "process_request", _or_unsupported(process)):
            yield Account()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
