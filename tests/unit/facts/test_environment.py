import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts.environment.words import differ, in_path, named, recognised

PROD = {"Environment": "prod"}
DEV = {"Environment": "dev"}


def bucket(name="b", **attributes):
    return resource(f"aws_s3_bucket.{name}", **attributes)


@pytest.mark.parametrize(
    ("attributes", "place", "name", "basis"),
    [
        ({"tags": PROD}, {}, "prod", "tag Environment"),
        ({"tags": {"env": "Production"}}, {}, "prod", "tag env"),
        ({"tags": {"app:environment": "uat"}}, {}, "staging", "tag app:environment"),
        ({"tags": {"Stage": "live"}}, {}, "prod", "tag Stage"),
        ({"tags": {"Environment": "customer-blue"}}, {}, "customer-blue", "tag Environment"),
        ({"tags_all": PROD}, {}, "prod", "default tag Environment"),
        ({}, {"default_tags": PROD}, "prod", "default tag Environment"),
        ({"tags": DEV, "tags_all": {"Environment": "dev"}}, {"default_tags": PROD}, "dev", "tag Environment"),
        ({}, {"workspace": "staging-eu"}, "staging", "workspace staging-eu"),
        ({}, {"root": "envs/prod"}, "prod", "path envs/prod"),
        ({}, {"root": "live/prod/eu-west-1"}, "prod", "path live/prod/eu-west-1"),
        ({}, {"variables": {"environment": "prod"}}, "prod", "variable environment"),
        ({"bucket": "acme-prod-data"}, {}, "prod", "name acme-prod-data"),
        ({"tags": {"Name": "acme-dev-data"}}, {}, "dev", "name acme-dev-data"),
    ],
)
def test_the_environment_and_what_tells_it(attributes, place, name, basis):
    place = {"path": place["root"], **place} if "root" in place else place

    assert fact("environment.name", bucket(**attributes), **place) == name
    assert fact("environment.basis", bucket(**attributes), **place) == basis


def test_the_account_map_comes_first():
    subject = bucket(_account="111111111111", tags=PROD)

    assert fact("environment.basis", subject, account_map={"111111111111": "prod"}) == "account map"


def test_the_address_tells_when_nothing_else_does():
    assert fact("environment.name", resource("module.prod.aws_s3_bucket.b")) == "prod"
    assert fact("environment.name", resource("aws_instance.staging")) == "staging"


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"tags": DEV}, {"root": "envs/prod", "path": "envs/prod"}),
        ({"tags": PROD}, {"workspace": "dev"}),
        ({"tags": PROD, "bucket": "acme-staging-data"}, {}),
    ],
)
def test_contradictions_are_unknown_and_listed(attributes, place):
    assert is_unknown(fact("environment.name", bucket(**attributes), **place))
    assert [each["certain"] for each in fact("environment.contradictions", bucket(**attributes), **place)] == [True]
    assert fact("environment.is_told", bucket(**attributes), **place) is False


def test_a_word_for_something_else_contradicts_nothing():
    assert fact("environment.name", bucket(tags=PROD, bucket="dev-portal-assets")) == "prod"
    assert fact("environment.name", bucket(tags=PROD, bucket="load-test-results")) == "prod"


def test_without_any_signal_it_is_unknown():
    assert is_unknown(fact("environment.name", bucket(bucket="data")))
    assert is_unknown(fact("environment.is_production", bucket(bucket="data")))
    assert fact("environment.is_told", bucket(bucket="data")) is False


def test_tags_that_are_not_known_may_say_anything():
    assert is_unknown(fact("environment.name", bucket(tags=ELSEWHERE), default_tags=PROD))
    assert is_unknown(fact("environment.name", bucket(tags={"Environment": ELSEWHERE})))
    assert is_unknown(fact("environment.is_told", bucket(tags=ELSEWHERE)))
    assert fact("environment.name", bucket(tags={"Owner": ELSEWHERE, **PROD})) == "prod"


@pytest.mark.parametrize(
    "text", ["reproduce", "product", "device", "latest", "delivery", "devops", "prod-to-dev", "stage"]
)
def test_words_inside_words_name_no_environment(text):
    assert named(text) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("non-prod", "nonprod"),
        ("pre_production", "staging"),
        ("acmeProdData", "prod"),
        ("PRD", "prod"),
        ("vpc-0prod01", "prod"),
    ],
)
def test_words_that_name_an_environment(text, name):
    assert named(text) == name


def test_folders_called_test_count_only_where_environments_are_kept():
    assert in_path("test/fixtures") == ""
    assert in_path("envs/test") == "test"
    assert in_path("prod/dev") == ""


def test_shared_and_same_environments_need_not_be_kept_apart():
    assert differ("prod", "dev")
    assert differ("prod", "nonprod")
    assert not differ("dev", "nonprod")
    assert not differ("prod", "prod")
    assert not differ("prod", "shared")


@given(st.text(max_size=60))
def test_any_text_can_be_read_for_words(text):
    assert named(text) in {"", "prod", "staging", "dev", "nonprod"}
    assert isinstance(recognised(text), str)


KEY = resource("aws_kms_key.k", tags=PROD)


def database(tags, key=None):
    return resource("aws_db_instance.d", tags=tags, kms_key_id=key or ref("aws_kms_key.k.arn"))


def test_a_link_into_another_environment_crosses():
    found = fact("environment.crossings", database(DEV), KEY)

    assert [(each["to"], each["type"], each["ours"], each["theirs"], each["crosses"]) for each in found] == [
        ("aws_kms_key.k", "aws_kms_key", "dev", "prod", True)
    ]
    assert fact("environment.crossed_by", KEY, database(DEV))[0]["to"] == "aws_db_instance.d"
    assert fact("environment.mixes", KEY, database(DEV)) == []


def test_a_link_within_an_environment_does_not():
    assert fact("environment.crossings", database(PROD), KEY) == []


def test_a_link_to_something_without_environment_is_unknown():
    plain = resource("aws_kms_key.k")

    assert is_unknown(fact("environment.crossings", database(DEV), plain)[0]["crosses"])
    assert fact("environment.crossings", database(None), plain) == []


def test_a_literal_arn_is_judged_by_account_and_by_name():
    mapped = database(DEV, "arn:aws:kms:eu-west-1:111111111111:key/0a")
    named_prod = resource(
        "aws_lambda_event_source_mapping.m", tags=DEV, event_source_arn="arn:aws:sqs:eu-west-1:1:acme-prod-q"
    )

    assert fact("environment.crossings", mapped, account_map={"111111111111": "prod"})[0]["crosses"] is True
    assert fact("environment.crossings", mapped, account_map={"111111111111": "dev"}) == []
    assert is_unknown(fact("environment.crossings", mapped)[0]["crosses"])
    assert fact("environment.crossings", named_prod)[0]["type"] == "aws_sqs_queue"
    assert fact("environment.crossings", named_prod)[0]["crosses"] is True


def test_a_peering_joins_two_networks():
    peering = resource(
        "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.a.id"), peer_vpc_id=ref("aws_vpc.b.id"), tags={"Name": "x"}
    )
    prod, dev = resource("aws_vpc.a", tags=PROD), resource("aws_vpc.b", tags=DEV)

    joined = fact("environment.joins", peering, prod, dev)
    assert [(each["one"], each["other"], each["crosses"]) for each in joined] == [("aws_vpc.a", "aws_vpc.b", True)]
    assert fact("environment.joins", peering, prod, resource("aws_vpc.b", tags=PROD)) == []
    assert is_unknown(fact("environment.joins", peering, prod, resource("aws_vpc.b"))[0]["crosses"])


def test_a_rule_of_a_group_has_the_environment_of_the_group():
    rule = resource(
        "aws_security_group_rule.r",
        security_group_id=ref("aws_security_group.a.id"),
        source_security_group_id=ref("aws_security_group.b.id"),
    )
    prod = resource("aws_security_group.a", vpc_id=ref("aws_vpc.v.id"))
    network = resource("aws_vpc.v", tags=PROD)
    dev = resource("aws_security_group.b", tags=DEV)

    assert fact("environment.name", rule, prod, network, dev) == "prod"
    assert fact("environment.crossings", rule, prod, network, dev)[0]["to"] == "aws_security_group.b"


def test_a_role_may_trust_another_environment():
    def role(*names):
        statement = {"Principal": {"AWS": list(names)}, "Action": "sts:AssumeRole"}
        return resource("aws_iam_role.r", tags=PROD, assume_role_policy=policy(statement))

    accounts = {"111111111111": "prod", "222222222222": "dev"}
    assert fact("environment.principals", role("arn:aws:iam::111111111111:root"), account_map=accounts) == []
    assert (
        fact("environment.principals", role("arn:aws:iam::222222222222:root"), account_map=accounts)[0]["crosses"]
        is True
    )
    assert is_unknown(fact("environment.principals", role("arn:aws:iam::333333333333:root"))[0]["crosses"])


def test_a_policy_may_reach_another_environment():
    def reaching(arn):
        return resource("aws_iam_policy.p", tags=DEV, policy=policy({"Action": "s3:*", "Resource": arn}))

    assert fact("environment.reaches", reaching("arn:aws:s3:::acme-prod-data/*"))[0]["crosses"] is True
    assert fact("environment.reaches", reaching("arn:aws:s3:::acme-dev-data/*")) == []
    assert fact("environment.reaches", reaching("arn:aws:s3:::acme-data/*")) == []
    assert fact(
        "environment.reaches", reaching("arn:aws:s3:::acme/*"), resource("aws_s3_bucket.b", bucket="acme", tags=PROD)
    )


def test_a_network_with_residents_of_two_environments_is_shared():
    subnet = resource("aws_subnet.s", vpc_id=ref("aws_vpc.v.id"))

    def instance(name, tags):
        return resource(f"aws_instance.{name}", subnet_id=ref("aws_subnet.s.id"), tags=tags)

    network = resource("aws_vpc.v", tags={"Name": "main"})
    shared = fact("environment.mixes", network, subnet, instance("a", PROD), instance("b", DEV))
    assert [(each["one"], each["other"], each["crosses"]) for each in shared] == [
        ("aws_instance.a", "aws_instance.b", True)
    ]
    assert fact("environment.mixes", network, subnet, instance("a", PROD)) == []
    unsure = fact("environment.mixes", network, subnet, instance("a", PROD), instance("b", ELSEWHERE))
    assert [is_unknown(each["crosses"]) for each in unsure] == [True]


def test_the_same_password_in_two_environments_is_found_without_showing_it():
    prod = resource("aws_db_instance.a", tags=PROD, password="Winter2019-billing")  # noqa: S106
    dev = resource("aws_db_instance.b", tags=DEV, password="Winter2019-billing")  # noqa: S106

    found = fact("environment.same_secret", prod, dev)

    assert [(each["to"], each["crosses"]) for each in found] == [("aws_db_instance.b", True)]
    assert "Winter" not in str(found)
