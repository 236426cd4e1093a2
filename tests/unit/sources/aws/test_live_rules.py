"""How rules behave in an account, whatever the service."""

from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError
from simulated import Account

import cloudaudit
from cloudaudit import app
from cloudaudit.engine.check import check
from cloudaudit.model import Verdict
from cloudaudit.sources.aws.account import Plan, graph

TERRAFORM = 'resource "aws_kms_key" "main" {\n  deletion_window_in_days = 7\n}\n'


def test_what_only_terraform_knows_is_not_asked_of_an_account(account: Account, tmp_path: Path) -> None:
    account.client("kms").create_key()
    (tmp_path / "main.tf").write_text(TERRAFORM)
    (declared,) = cloudaudit.load(tmp_path)

    live = list(check(app.rule_set(app.Request()), account.graph("aws_kms_key")))
    written = list(check(app.rule_set(app.Request()), declared))

    assert "kms-key-deletion-window" not in {one.rule for one in live}
    assert [one.verdict for one in written if one.rule == "kms-key-deletion-window"] == [Verdict.FAIL]
    assert {one.rule for one in live if one.type == "aws_kms_key"} >= {"kms-key-rotation"}


def test_a_refusal_reaches_only_facts_that_rest_on_it(account: Account) -> None:
    """The environment of a queue is told by its tags; that functions could not be listed changes nothing."""
    account.client("sqs").create_queue(QueueName="orders", tags={"Environment": "prod"})
    account.client("sqs").create_queue(QueueName="mails", tags={"Environment": "prod"})
    account.deny("lambda:ListFunctions")

    run = account.audit("environment-signals-agree", "lambda-permission-not-public", "environment-told")

    told = {one.verdict for one in run.findings if one.type == "aws_sqs_queue"}
    assert told == {Verdict.PASS}


def test_a_service_that_a_region_does_not_have_is_empty_there(account: Account) -> None:
    """A connection that fails where the service should be is a gap."""

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs.there")

    for has in (True, False):
        reader = account.reader()
        with reader.session.asking("sqs", "us-east-1") as client:
            client.meta.events.register_first("before-call", fail)
        reader.session.has = lambda _service, _region, has=has: has  # type: ignore[method-assign]

        found = graph(reader, Plan(regions=("us-east-1",), types=frozenset({"aws_sqs_queue"}), threads=1))

        assert bool(found.gaps) is has
        assert (found.listing is not None and found.listing.lacks("aws_sqs_queue")) is has
