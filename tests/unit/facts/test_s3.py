import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

GROUPS = "http://acs.amazonaws.com/groups/global/"
BUCKET = resource("aws_s3_bucket.b")


def acl(name="a", **attributes):
    return resource(f"aws_s3_bucket_acl.{name}", bucket=ref("aws_s3_bucket.b.id"), **attributes)


def granting(permission, group):
    grant = {"permission": permission, "grantee": [{"type": "Group", "uri": group}]}
    return acl(access_control_policy=[{"grant": [grant]}])


@pytest.mark.parametrize(
    ("companion", "granted"),
    [
        (acl(acl="private"), set()),
        (acl(acl="log-delivery-write"), set()),
        (acl(acl="public-read"), {"everybody_reads"}),
        (acl(acl="public-read-write"), {"everybody_reads", "everybody_writes"}),
        (acl(acl="authenticated-read"), {"authenticated"}),
        (granting("READ", f"{GROUPS}AllUsers"), {"everybody_reads"}),
        (granting("WRITE_ACP", f"{GROUPS}AllUsers"), {"everybody_writes"}),
        (granting("FULL_CONTROL", f"{GROUPS}AllUsers"), {"everybody_reads", "everybody_writes"}),
        (granting("WRITE", f"{GROUPS}AuthenticatedUsers"), {"authenticated"}),
        (granting("READ", "http://acs.amazonaws.com/groups/s3/LogDelivery"), set()),
    ],
)
def test_what_an_access_list_grants(companion, granted):
    assert {name for name, truth in fact("s3.acl", BUCKET, companion).items() if truth is True} == granted


def test_a_bucket_without_access_list_grants_nothing():
    assert set(fact("s3.acl", BUCKET).values()) == {False}


def test_a_list_that_is_not_known_may_grant_anything():
    assert all(map(is_unknown, fact("s3.acl", BUCKET, acl(acl=ELSEWHERE)).values()))


def test_a_list_of_a_bucket_that_is_not_known_may_be_ours():
    elsewhere = resource("aws_s3_bucket_acl.a", bucket=ELSEWHERE, acl="public-read")

    assert is_unknown(fact("s3.acl", BUCKET, elsewhere)["everybody_reads"])


def test_the_account_blocks_by_the_flags_that_are_on():
    account = resource("aws_s3_account_public_access_block.main", block_public_acls=True, ignore_public_acls=False)

    assert fact("s3.account_blocks", BUCKET, account) == {
        "block_public_acls": True,
        "block_public_policy": False,
        "ignore_public_acls": False,
        "restrict_public_buckets": False,
    }
    assert set(fact("s3.account_blocks", BUCKET).values()) == {False}
