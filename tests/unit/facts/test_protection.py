import msgspec
from facts_building import ELSEWHERE, fact, is_unknown, resource

from cloudaudit.model import Origin


def protected(address, **attributes):
    return fact("protection.from_destroy", resource(address, **attributes))


def test_prevent_destroy_and_deletion_protection_protect():
    assert protected("aws_s3_bucket.b", lifecycle=[{"prevent_destroy": True}]) is True
    assert protected("aws_db_instance.d", deletion_protection=True) is True
    assert protected("aws_cognito_user_pool.u", deletion_protection="ACTIVE") is True


def test_nothing_protects():
    assert protected("aws_s3_bucket.b") is False
    assert protected("aws_db_instance.d", deletion_protection=False, lifecycle=[{"prevent_destroy": False}]) is False


def test_what_is_not_known():
    assert is_unknown(protected("aws_db_instance.d", deletion_protection=ELSEWHERE))


def test_a_plan_does_not_show_prevent_destroy():
    planned = msgspec.structs.replace(resource("aws_s3_bucket.b"), origin=Origin.PLAN)

    assert is_unknown(fact("protection.from_destroy", planned))
