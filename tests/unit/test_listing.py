"""What was not listed matters to those who would have found it: the one that it belongs to, its region, the account."""

import pytest

from cloudaudit.graph import Listing
from cloudaudit.model import Origin, Resource

KEY = "arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
ATTACHMENTS, POLICIES = "aws_organizations_policy_attachment", "aws_sqs_queue_policy"
LISTING = Listing({ATTACHMENTS, POLICIES}, untold={ATTACHMENTS: {KEY: "denied"}, POLICIES: {QUEUE: "denied"}})


def resource(key: str, region: str = "") -> Resource:
    return Resource(
        key=key, type="aws_sqs_queue", name=key, address=key, attributes={}, origin=Origin.LIVE, region=region
    )


@pytest.mark.parametrize(
    ("kind", "asking", "every", "lacking"),
    [
        (POLICIES, resource(QUEUE, "eu-west-1"), False, True),
        (POLICIES, resource("another", "eu-west-1"), False, False),
        (POLICIES, resource("account"), True, True),
        (POLICIES, resource("region", "eu-west-1"), True, True),
        (POLICIES, resource("region", "us-east-1"), True, False),
        (ATTACHMENTS, resource("region", "us-east-1"), True, True),
        (ATTACHMENTS, resource("organization"), True, True),
        (ATTACHMENTS, resource("organization"), False, False),
    ],
)
def test_what_one_parent_was_not_asked_for(kind: str, asking: Resource, every: bool, lacking: bool) -> None:
    assert bool([*LISTING.why(kind, asking, every=every)]) is lacking
