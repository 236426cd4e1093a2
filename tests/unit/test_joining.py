"""What an account holds goes by the name that a state gives it."""

from typing import Any

from cloudaudit.graph import Declared
from cloudaudit.model import Origin, Resource, Unknown

ACCOUNT = "123456789012"


def state(address: str, key: str = "", arn: str = "", **attributes: Any) -> Resource:
    kind = address.removeprefix("data.").split(".")[-2] if "/" not in address else attributes.pop("type")
    region = arn.split(":")[3] if arn else ""
    return Resource(
        key=key or f"prod:{address}",
        type=kind,
        name=address.rpartition(".")[2],
        address=address,
        attributes=attributes,
        origin=Origin.STATE,
        account=arn.split(":")[4] if arn else "",
        region=region,
        arn=arn,
    )


def live(kind: str, key: str, region: str = "us-east-1", account: str = ACCOUNT, **attributes: Any) -> Resource:
    arn = key if key.startswith("arn:") and f"/{kind}" not in key else ""
    return Resource(
        key=key,
        type=kind,
        name=key.rpartition("/")[2],
        address=key,
        attributes=attributes,
        origin=Origin.LIVE,
        account=account,
        region=region,
        arn=arn,
    )


QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"


def key_of(declared: Declared, one: Resource, *others: Resource) -> str | None:
    name = declared.names([*others, one]).get(one.key)
    return name.key if name else None


def test_by_arn() -> None:
    declared = Declared([[state("aws_sqs_queue.orders", arn=QUEUE)]])

    assert key_of(declared, live("aws_sqs_queue", QUEUE)) == "prod:aws_sqs_queue.orders"
    assert key_of(declared, live("aws_sqs_queue", f"{QUEUE}-2")) is None
    assert key_of(declared, live("aws_sns_topic", QUEUE)) is None


def test_by_another_name_of_the_type() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"
    declared = Declared([[state("aws_alb.web", arn=arn)]])

    assert key_of(declared, live("aws_lb", arn)) == "prod:aws_alb.web"


def test_by_id_in_the_same_account_and_region() -> None:
    group = state("aws_iam_role_policy.own", id="app:own", role="app", policy="{}")
    declared = Declared([[group, state("aws_sqs_queue.orders", arn=QUEUE)]])

    key = f"arn:aws:iam::{ACCOUNT}:role/app/aws_iam_role_policy/own"
    assert key_of(declared, live("aws_iam_role_policy", key, id="app:own")) == "prod:aws_iam_role_policy.own"
    assert key_of(declared, live("aws_iam_role_policy", key, account="999999999999", id="app:own")) is None


def test_by_what_it_must_name() -> None:
    declared = Declared(
        [[state("aws_iam_role_policy_attachment.a", role="app", policy_arn="arn:aws:iam::aws:policy/A")]]
    )
    one = live("aws_iam_role_policy_attachment", "x/y", role="app", policy_arn="arn:aws:iam::aws:policy/A")
    other = live("aws_iam_role_policy_attachment", "x/z", role="app", policy_arn="arn:aws:iam::aws:policy/B")

    assert key_of(declared, one) == "prod:aws_iam_role_policy_attachment.a"
    assert key_of(declared, other) is None


def test_what_is_read_or_ambiguous_is_not_declared() -> None:
    read = Declared([[state("data.aws_sqs_queue.orders", arn=QUEUE)]])
    twice = Declared([[state("aws_sqs_queue.a", arn=QUEUE)], [state("aws_sqs_queue.b", arn=QUEUE)]])

    assert key_of(read, live("aws_sqs_queue", QUEUE)) is None
    assert key_of(twice, live("aws_sqs_queue", QUEUE)) is None


def test_a_module_called_data_declares() -> None:
    declared = Declared([[state("module.data.aws_sqs_queue.orders", arn=QUEUE)]])

    assert key_of(declared, live("aws_sqs_queue", QUEUE)) == "prod:module.data.aws_sqs_queue.orders"


def test_inline_arguments_keep_their_name() -> None:
    arn = "arn:aws:s3:::files"
    versioning = state(
        "aws_s3_bucket.files/versioning", type="aws_s3_bucket_versioning", bucket=Unknown(because="it is files.id")
    )
    declared = Declared([[state("aws_s3_bucket.files", arn=arn), versioning]])
    bucket = live("aws_s3_bucket", arn)

    one = live("aws_s3_bucket_versioning", f"{arn}/aws_s3_bucket_versioning", bucket="files")
    assert key_of(declared, one, bucket) == "prod:aws_s3_bucket.files/versioning"
    undeclared = live("aws_s3_bucket_policy", f"{arn}/aws_s3_bucket_policy", bucket="files")
    assert key_of(declared, undeclared, bucket) == "prod:aws_s3_bucket.files/aws_s3_bucket_policy"
