import pytest
from facts_building import ELSEWHERE, fact, graph, is_unknown, policy, ref, resource
from hypothesis import given
from hypothesis import strategies as st
from test_facts_honesty import hide, places

from cloudaudit.facts import find
from cloudaudit.facts.logsources import key_in_arn
from cloudaudit.facts.truth import all_of, any_of
from cloudaudit.model import Unknown

BUCKET = resource("aws_s3_bucket.logs", bucket="acme-logs")
GROUP = resource("aws_cloudwatch_log_group.app", name="app", retention_in_days=30)


def lifecycle(days, bucket="acme-logs", **more):
    rule = {"status": "Enabled", "expiration": [{"days": days}], **more}
    return resource("aws_s3_bucket_lifecycle_configuration.l", bucket=bucket, rule=[rule])


def days(stores):
    """For each place the days after which its logs go; unknown ends as a question mark."""
    return {
        store["place"]: [
            "?" if is_unknown(end["days"]) or is_unknown(end["applies"]) else end["days"] for end in store["ends"]
        ]
        for store in stores
    }


def test_a_group_keeps_events_as_long_as_it_says():
    def kept(**more):
        return days(fact("logs.stores", resource("aws_cloudwatch_log_group.app", name="app", **more)))

    assert kept() == {"CloudWatch Logs": []}
    assert kept(retention_in_days=0) == {"CloudWatch Logs": []}
    assert kept(retention_in_days=30) == {"CloudWatch Logs": [30]}
    assert kept(retention_in_days=ELSEWHERE) == {"CloudWatch Logs": ["?"]}
    assert kept(retention_in_days=400, log_group_class="DELIVERY") == {"CloudWatch Logs": [2]}


FILTER = resource(
    "aws_cloudwatch_log_subscription_filter.f",
    log_group_name="app",
    filter_pattern="",
    destination_arn=ref("aws_kinesis_firehose_delivery_stream.s.arn"),
)
STREAM = resource(
    "aws_kinesis_firehose_delivery_stream.s",
    destination="extended_s3",
    extended_s3_configuration=[{"bucket_arn": ref("aws_s3_bucket.logs.arn"), "prefix": "app/!{timestamp:yyyy}/"}],
)


def exported(*others):
    found = days(fact("logs.stores", GROUP, BUCKET, *others))
    found.pop("CloudWatch Logs")
    return found


def test_what_is_exported_is_kept_where_it_arrives():
    assert exported(FILTER, STREAM) == {"aws_s3_bucket.logs": []}
    assert exported(FILTER, STREAM, lifecycle(90)) == {"aws_s3_bucket.logs": [90]}
    assert exported(FILTER, STREAM, lifecycle(90, prefix="other/")) == {"aws_s3_bucket.logs": []}


def test_an_export_through_a_stream_is_followed():
    export = resource(
        "aws_cloudwatch_log_subscription_filter.f",
        log_group_name="app",
        filter_pattern="",
        destination_arn=ref("aws_kinesis_stream.k.arn"),
    )
    stream = resource(
        "aws_kinesis_firehose_delivery_stream.s",
        destination="extended_s3",
        kinesis_source_configuration=[{"kinesis_stream_arn": ref("aws_kinesis_stream.k.arn")}],
        extended_s3_configuration=[{"bucket_arn": ref("aws_s3_bucket.logs.arn")}],
    )

    assert exported(export, resource("aws_kinesis_stream.k"), stream) == {"aws_s3_bucket.logs": []}


def test_an_export_of_some_events_keeps_not_all_of_them():
    export = resource(
        "aws_cloudwatch_log_subscription_filter.f",
        log_group_name="app",
        filter_pattern="ERROR",
        destination_arn=ref("aws_kinesis_firehose_delivery_stream.s.arn"),
    )

    assert exported(export, STREAM) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"filter_pattern": ELSEWHERE},
        {"destination_arn": ELSEWHERE},
        {"destination_arn": "arn:aws:lambda:eu-central-1:111122223333:function:forward"},
    ],
)
def test_an_export_that_cannot_be_followed_leaves_it_open(change):
    plain = {
        "log_group_name": "app",
        "filter_pattern": "",
        "destination_arn": ref("aws_kinesis_firehose_delivery_stream.s.arn"),
    }
    export = resource("aws_cloudwatch_log_subscription_filter.f", **plain | change)

    assert list(exported(export, STREAM).values()) == [["?"]]


def test_an_export_of_a_group_that_is_not_known_may_be_its_export():
    export = resource("aws_cloudwatch_log_subscription_filter.f", log_group_name=ELSEWHERE, filter_pattern="")

    assert any(is_unknown(store["ends"][0]["days"]) for store in fact("logs.stores", GROUP, export)[1:])


def trail(**more):
    return resource("aws_cloudtrail.t", s3_bucket_name=ref("aws_s3_bucket.logs.id"), **more)


def test_the_bucket_of_a_trail_and_its_copies():
    copy = resource("aws_s3_bucket.copy", bucket="acme-copy")
    replication = resource(
        "aws_s3_bucket_replication_configuration.r",
        bucket="acme-logs",
        rule=[{"status": "Enabled", "destination": [{"bucket": ref("aws_s3_bucket.copy.arn")}]}],
    )

    assert days(fact("logs.stores", trail(), BUCKET)) == {"aws_s3_bucket.logs": []}
    assert days(fact("logs.stores", trail(), BUCKET, lifecycle(30))) == {"aws_s3_bucket.logs": [30]}
    assert days(fact("logs.stores", trail(), BUCKET, lifecycle(30), copy, replication)) == {
        "aws_s3_bucket.logs": [30],
        "aws_s3_bucket.copy": [],
    }
    assert days(fact("logs.stores", trail(), BUCKET, lifecycle(30), replication)) == {
        "aws_s3_bucket.logs": [30],
        "aws_s3_bucket_replication_configuration.r": ["?"],
    }


def test_a_trail_with_a_prefix_is_reached_by_rules_for_it():
    narrow = lifecycle(30, filter=[{"prefix": "audit/"}])

    assert days(fact("logs.stores", trail(), BUCKET, narrow)) == {"aws_s3_bucket.logs": []}
    assert days(fact("logs.stores", trail(s3_key_prefix="audit"), BUCKET, narrow)) == {"aws_s3_bucket.logs": [30]}


def test_a_trail_of_an_organisation_writes_one_folder_deeper():
    deeper = lifecycle(30, filter=[{"prefix": "AWSLogs/o-abc1234567/111122223333/CloudTrail/"}])
    other = lifecycle(30, filter=[{"prefix": "AWSLogs/111122223333/elasticloadbalancing/"}])

    def kept(rules, **more):
        return days(fact("logs.stores", trail(**more), BUCKET, rules))["aws_s3_bucket.logs"]

    assert kept(deeper) == []
    assert kept(deeper, is_organization_trail=True) == [30]
    assert kept(other) == []
    assert kept(other, is_organization_trail=ELSEWHERE) == ["?"]


def under(rules, *writing):
    """The days after which a lifecycle configuration ends logs of those who write them."""
    return [end for ends in days(fact("logs.stores", rules, BUCKET, *writing)).values() for end in ends]


BALANCER = resource("aws_lb.l", access_logs=[{"bucket": "acme-logs", "enabled": True}])


def test_a_lifecycle_configuration_ends_the_logs_in_its_bucket():
    assert under(lifecycle(30)) == []
    assert under(lifecycle(30), BALANCER) == [30]
    assert under(lifecycle(30, prefix="tmp/"), BALANCER) == []
    assert under(lifecycle(30), resource("aws_lb.l", access_logs=ELSEWHERE)) == ["?"]
    assert under(lifecycle(30, bucket=ELSEWHERE), BALANCER) == ["?"]
    assert under(lifecycle(30, bucket="elsewhere")) == ["?"]


def test_logs_of_a_trail_are_told_from_others():
    narrow = lifecycle(30, filter=[{"prefix": "AWSLogs/111122223333/elasticloadbalancing/"}])

    assert under(lifecycle(30), trail()) == []
    assert under(narrow, trail(), BALANCER) == [30]
    assert under(lifecycle(30, prefix="AWSLogs/111122223333/CloudTrail/"), trail(), BALANCER) == []


def test_a_balancer_that_may_not_log_leaves_its_prefix_open():
    one = resource("aws_lb.a", access_logs=[{"bucket": "acme-logs", "prefix": "a", "enabled": True}])
    other = resource("aws_lb.b", access_logs=[{"bucket": "acme-logs", "prefix": "b", "enabled": ELSEWHERE}])

    assert under(lifecycle(30, prefix="b/"), one, other) == ["?"]
    assert under(lifecycle(30, prefix="a/"), one, other) == [30]


def test_a_bucket_elsewhere_is_not_judged():
    assert days(fact("logs.stores", resource("aws_cloudtrail.t", s3_bucket_name="central"))) == {
        "aws_cloudtrail.t": ["?"]
    }


def build(**config):
    return resource("aws_codebuild_project.b", name="app", logs_config=[config] if config else [])


def test_build_logs_stay_in_the_group_that_codebuild_makes():
    assert days(fact("logs.stores", build())) == {"aws_codebuild_project.b": []}


def test_build_logs_stay_in_the_group_of_that_name():
    group = resource("aws_cloudwatch_log_group.g", name="/aws/codebuild/app", retention_in_days=7)
    hidden = resource("aws_cloudwatch_log_group.g", name=ELSEWHERE, retention_in_days=7)
    other = resource("aws_cloudwatch_log_group.g", name=Unknown(because="x", prefix="/app/"), retention_in_days=7)

    assert days(fact("logs.stores", build(), group)) == {"aws_cloudwatch_log_group.g": [7]}
    assert days(fact("logs.stores", build(), hidden)) == {"aws_codebuild_project.b": ["?"]}
    assert days(fact("logs.stores", build(), other)) == {"aws_codebuild_project.b": []}


def test_build_logs_in_a_bucket():
    project = build(
        cloudwatch_logs=[{"status": "DISABLED"}], s3_logs=[{"status": "ENABLED", "location": "acme-logs/build"}]
    )

    assert days(fact("logs.stores", project, BUCKET, lifecycle(10))) == {"aws_s3_bucket.logs": [10]}
    assert days(fact("logs.stores", project, BUCKET, lifecycle(10, prefix="x"))) == {"aws_s3_bucket.logs": []}
    assert days(fact("logs.stores", project)) == {"aws_codebuild_project.b": ["?"]}


@pytest.mark.parametrize(
    "source",
    [
        trail(),
        resource("aws_lb.l", access_logs=[{"bucket": "acme-logs", "enabled": True}]),
        resource("aws_elb.l", access_logs=[{"bucket": "acme-logs"}]),
        resource(
            "aws_kinesis_firehose_delivery_stream.s",
            name="aws-waf-logs-main",
            extended_s3_configuration=[{"bucket_arn": "arn:aws:s3:::acme-logs"}],
        ),
        resource("aws_flow_log.f", log_destination="arn:aws:s3:::acme-logs/flow/", log_destination_type="s3"),
        resource("aws_s3_bucket_logging.x", bucket="other", target_bucket="acme-logs", target_prefix="x/"),
        resource(
            "aws_cloudfront_distribution.d", logging_config=[{"bucket": ref("aws_s3_bucket.logs.bucket_domain_name")}]
        ),
        resource(
            "aws_s3_bucket_policy.p",
            bucket="acme-logs",
            policy=policy(
                {"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "*"}
            ),
        ),
    ],
    ids=lambda source: source.type,
)
def test_a_bucket_that_receives_logs(source):
    assert fact("logs.received", BUCKET, source) is True


@pytest.mark.parametrize(
    "other",
    [
        resource("aws_lb.l", access_logs=[{"bucket": "acme-logs", "enabled": False}]),
        resource("aws_lb.l", access_logs=[{"bucket": "acme-logs"}]),
        resource("aws_flow_log.f", log_destination_type="cloud-watch-logs"),
        resource(
            "aws_kinesis_firehose_delivery_stream.s",
            name="orders",
            extended_s3_configuration=[{"bucket_arn": "arn:aws:s3:::acme-logs"}],
        ),
        resource(
            "aws_s3_bucket_policy.p",
            bucket="acme-logs",
            policy=policy({"Principal": {"AWS": "111122223333"}, "Action": "s3:PutObject", "Resource": "*"}),
        ),
    ],
    ids=lambda source: source.type,
)
def test_a_bucket_that_receives_none(other):
    assert fact("logs.received", BUCKET, other) is False


def test_who_may_write_may_receive():
    assert is_unknown(fact("logs.received", BUCKET, resource("aws_cloudtrail.t", s3_bucket_name=ELSEWHERE)))
    assert is_unknown(
        fact("logs.received", BUCKET, resource("aws_s3_bucket_policy.p", bucket="acme-logs", policy=ELSEWHERE))
    )


LOGGING = resource("aws_s3_bucket_logging.x", bucket="other", target_bucket="acme-logs", target_prefix="x/")


def permitted(*others):
    return fact("logs.delivery_permitted", LOGGING, BUCKET, *others)


def test_the_target_lets_s3_write_logs():
    def written(principal):
        statement = {"Principal": {"Service": principal}, "Action": "s3:PutObject", "Resource": "*"}
        return resource("aws_s3_bucket_policy.p", bucket="acme-logs", policy=policy(statement))

    assert permitted() is False
    assert permitted(written("logging.s3.amazonaws.com")) is True
    assert permitted(written("cloudtrail.amazonaws.com")) is False
    assert permitted(resource("aws_s3_bucket_acl.a", bucket="acme-logs", acl="log-delivery-write")) is True
    assert permitted(resource("aws_s3_bucket_acl.a", bucket="acme-logs", acl="private")) is False
    assert is_unknown(permitted(resource("aws_s3_bucket_acl.a", bucket="acme-logs", acl=ELSEWHERE)))
    assert is_unknown(fact("logs.delivery_permitted", LOGGING))


def test_flow_logs_of_a_subnet():
    subnet = resource("aws_subnet.s")

    def logged(**more):
        return fact("logs.flow_logged", subnet, resource("aws_flow_log.f", **more))

    assert logged(subnet_id=ref("aws_subnet.s.id"), traffic_type="ALL") is True
    assert logged(subnet_id=ref("aws_subnet.s.id"), traffic_type="ACCEPT") is False
    assert logged(vpc_id="vpc-0123456789abcdef0", traffic_type="ALL") is False
    assert is_unknown(logged(subnet_id=ELSEWHERE, traffic_type="ALL"))


def test_groups_that_services_make_by_name():
    function = resource("aws_lambda_function.f", function_name="pay")
    database = resource("aws_db_instance.d", identifier="db", enabled_cloudwatch_logs_exports=["postgresql", "upgrade"])

    def group(name, number=1):
        return resource(f"aws_cloudwatch_log_group.g{number}", name=name)

    assert fact("logs.groups_declared", function) is False
    assert fact("logs.groups_declared", function, group("/aws/lambda/pay")) is True
    assert is_unknown(fact("logs.groups_declared", function, group(Unknown(because="x", prefix="/aws/lambda/"))))
    assert fact("logs.groups_declared", database, group("/aws/rds/instance/db/postgresql")) is False
    assert (
        fact(
            "logs.groups_declared",
            database,
            group("/aws/rds/instance/db/postgresql"),
            group("/aws/rds/instance/db/upgrade", 2),
        )
        is True
    )
    assert fact("logs.groups_declared", resource("aws_db_instance.d", identifier="db")) is True


def test_groups_that_may_not_exist_are_not_missed():
    exports = {"identifier": "db", "enabled_cloudwatch_logs_exports": ELSEWHERE}
    assert is_unknown(fact("logs.groups_declared", resource("aws_db_instance.d", **exports)))
    assert is_unknown(fact("logs.groups_declared", resource("aws_eks_cluster.c", enabled_cluster_log_types=ELSEWHERE)))
    assert fact("logs.groups_declared", resource("aws_eks_cluster.c", name="main")) is True
    assert is_unknown(fact("logs.groups_declared", build(cloudwatch_logs=ELSEWHERE)))
    assert is_unknown(fact("logs.groups_declared", build(cloudwatch_logs=[{"status": ELSEWHERE}])))
    assert fact("logs.groups_declared", build(cloudwatch_logs=[{"status": "DISABLED"}])) is True


def test_builds_name_their_group():
    group = resource("aws_cloudwatch_log_group.g", name="builds")

    assert fact("logs.groups_declared", build(cloudwatch_logs=[{"group_name": "builds"}]), group) is True
    assert fact("logs.groups_declared", build(), group) is False


@pytest.mark.parametrize(
    ("arn", "start", "sure"),
    [
        ("arn:aws:s3:::acme-logs", "", True),
        ("arn:aws:s3:::acme-logs/flow/", "flow/", True),
        ("arn:aws:s3:::acme-logs/AWSLogs/*", "AWSLogs/", True),
        ("arn:aws:s3:::acme-logs/*", "", False),
        (ref("aws_s3_bucket.logs.arn"), "", True),
        (ELSEWHERE, "", False),
        (Unknown(because="x", partial=(ref("aws_s3_bucket.logs.arn"), "/a/", ELSEWHERE, "/b")), "/a/"[1:], False),
    ],
)
def test_the_key_in_an_arn(arn, start, sure):
    found, rest = key_in_arn(arn)

    assert (found, rest is None) == (start, sure)


@given(st.integers(min_value=1, max_value=4000), st.sampled_from(["", "AWSLogs/", "AWSLogs/1/CloudTrail/", "other/"]))
def test_a_hidden_part_of_a_rule_never_makes_logs_certain_to_go_or_to_stay(number, prefix):
    known = days(fact("logs.stores", trail(), BUCKET, lifecycle(number, prefix=prefix)))["aws_s3_bucket.logs"]

    for hidden in (lifecycle(ELSEWHERE, prefix=prefix), lifecycle(number, prefix=ELSEWHERE)):
        after = days(fact("logs.stores", trail(), BUCKET, hidden))["aws_s3_bucket.logs"]
        assert after in (["?"], known)


ESTATE = {
    "aws_s3_bucket.logs": {"bucket": "acme-logs"},
    "aws_s3_bucket.copy": {"bucket": "acme-copy"},
    "aws_s3_bucket_lifecycle_configuration.l": {
        "bucket": ref("aws_s3_bucket.logs.id"),
        "rule": [
            {"status": "Enabled", "expiration": [{"days": 30}], "filter": [{"prefix": "AWSLogs/"}]},
            {"status": "Disabled", "expiration": [{"days": 1}]},
            {"status": "Enabled", "expiration": [{"days": 400}], "filter": [{"and": [{"tags": {"a": "b"}}]}]},
        ],
    },
    "aws_s3_bucket_replication_configuration.r": {
        "bucket": ref("aws_s3_bucket.logs.id"),
        "rule": [{"status": "Enabled", "destination": [{"bucket": ref("aws_s3_bucket.copy.arn")}]}],
    },
    "aws_s3_bucket_policy.p": {
        "bucket": "acme-logs",
        "policy": policy(
            {
                "Principal": {"Service": "config.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::acme-logs/c/*",
            }
        ),
    },
    "aws_cloudtrail.t": {"s3_bucket_name": ref("aws_s3_bucket.logs.id"), "is_organization_trail": False},
    "aws_lb.l": {"access_logs": [{"bucket": "acme-logs", "prefix": "web", "enabled": True}]},
    "aws_cloudwatch_log_group.g": {"name": "/aws/codebuild/app", "retention_in_days": 30},
    "aws_cloudwatch_log_subscription_filter.f": {
        "log_group_name": "/aws/codebuild/app",
        "filter_pattern": "",
        "destination_arn": ref("aws_kinesis_firehose_delivery_stream.s.arn"),
    },
    "aws_kinesis_firehose_delivery_stream.s": {
        "destination": "extended_s3",
        "extended_s3_configuration": [{"bucket_arn": ref("aws_s3_bucket.logs.arn"), "prefix": "builds/"}],
    },
    "aws_codebuild_project.b": {"name": "app", "logs_config": [{"cloudwatch_logs": [{"status": "ENABLED"}]}]},
}
KEEPING = (
    "aws_cloudtrail.t",
    "aws_cloudwatch_log_group.g",
    "aws_codebuild_project.b",
    "aws_s3_bucket_lifecycle_configuration.l",
)


def kept(estate, period):
    """Of each thing that keeps logs whether it keeps them for that many days, as the rules ask."""
    made = {address: resource(address, **attributes) for address, attributes in estate.items()}
    whole = graph(*made.values())
    return {address: long_enough(find("logs.stores").compute(made[address], whole), period) for address in KEEPING}


def long_enough(stores, period):
    def outlives(end):
        number, applies = end["days"], end["applies"]
        return any_of(
            [applies if is_unknown(applies) else not applies, number if is_unknown(number) else number >= period]
        )

    return any_of(all_of(outlives(end) for end in store["ends"]) for store in stores)


@pytest.mark.parametrize(
    "without", [None, "aws_s3_bucket_replication_configuration.r", "aws_cloudwatch_log_subscription_filter.f"]
)
@given(
    st.sampled_from([(address, path) for address, attributes in ESTATE.items() for path in places(attributes) if path])
)
def test_hiding_a_part_of_an_estate_never_turns_round_how_long_logs_are_kept(without, place):
    address, path = place
    estate = {name: attributes for name, attributes in ESTATE.items() if name != without}
    if address == without:
        return

    before = kept(estate, 365)
    after = kept({**estate, address: hide(estate[address], path)}, 365)

    assert {
        name: (before[name], after[name])
        for name in KEEPING
        if not is_unknown(after[name]) and after[name] != before[name]
    } == {}
