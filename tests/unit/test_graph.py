"""The graph: links, relations and what is not known about them."""

import json
import re

import msgspec
import pytest

from cloudaudit.graph import ResourceGraph, names
from cloudaudit.model import Origin, Relation, Resource, Unknown

VERSIONING = Relation(type="aws_s3_bucket_versioning", by="bucket")


def resource(address, **attributes):
    kind = re.search(r"aws_\w+", address).group()
    return Resource(key=address, type=kind, name="n", address=address, attributes=attributes, origin=Origin.SOURCE)


def graph(*resources, **options):
    return ResourceGraph(resources, **{"target": "t", "root": ".", "origin": Origin.SOURCE, **options})


def later(*refs, prefix="", because="known after apply"):
    return Unknown(because=because, refs=refs, prefix=prefix)


def found(g, key, relation, start=None):
    related = g.related(g.get(key), relation, start)
    return [each.key for each in related.found], list(related.because)


def links(g):
    return [(link.source, link.target, link.attribute) for link in g.links()]


def test_a_companion_is_found_by_its_reference():
    g = graph(resource("aws_s3_bucket.a"), resource("aws_s3_bucket_versioning.a", bucket=later("aws_s3_bucket.a.id")))

    assert found(g, "aws_s3_bucket.a", VERSIONING) == (["aws_s3_bucket_versioning.a"], [])
    assert links(g) == [("aws_s3_bucket_versioning.a", "aws_s3_bucket.a", "bucket")]


def test_a_companion_is_found_by_name_id_and_arn():
    bucket = resource("aws_s3_bucket.a", bucket="logs")
    by_name = resource("aws_s3_bucket_versioning.name", bucket="logs")
    by_arn = resource("aws_s3_bucket_versioning.arn", bucket="arn:aws:s3:::logs")
    other = resource("aws_s3_bucket_versioning.other", bucket="data")
    g = graph(bucket, by_name, by_arn, other)

    assert found(g, bucket.key, VERSIONING) == ([by_arn.key, by_name.key], [])
    assert links(g) == [(by_arn.key, bucket.key, "bucket"), (by_name.key, bucket.key, "bucket")]


def test_a_name_means_what_has_it_in_the_same_region():
    """Every region of an account may have a log group of the name; a bucket has its name for itself in the world."""

    def live(key, region, **attributes):
        return msgspec.structs.replace(resource(key, **attributes), origin=Origin.LIVE, region=region)

    here = live("aws_cloudwatch_log_group.here", "eu-west-1", name="app")
    there = live("aws_cloudwatch_log_group.there", "us-east-1", name="app")
    bucket = live("aws_s3_bucket.logs", "us-east-1", bucket="logs")
    ours = live("aws_cloudwatch_log_metric_filter.here", "eu-west-1", log_group_name="app")
    trail = live("aws_cloudtrail.main", "eu-west-1", s3_bucket_name="logs")
    g = graph(here, there, bucket, ours, trail)
    filters = Relation(type="aws_cloudwatch_log_metric_filter", by="log_group_name")

    assert found(g, here.key, filters) == ([ours.key], [])
    assert found(g, there.key, filters) == ([], [])
    assert found(g, trail.key, Relation(type="aws_s3_bucket", via="s3_bucket_name")) == ([bucket.key], [])


def test_instances_are_told_apart_by_their_key():
    buckets = [resource(f'aws_s3_bucket.b["{key}"]') for key in ("x", "y.z")]
    g = graph(*buckets, resource("aws_s3_bucket_versioning.v", bucket=later('aws_s3_bucket.b["y.z"].id')))

    assert found(g, buckets[0].key, VERSIONING) == ([], [])
    assert found(g, buckets[1].key, VERSIONING) == (["aws_s3_bucket_versioning.v"], [])


def test_a_reference_to_one_of_several_instances_is_no_certain_companion():
    buckets = [resource(f"aws_s3_bucket.b[{index}]") for index in range(2)]
    g = graph(*buckets, resource("aws_s3_bucket_versioning.v", bucket=later("aws_s3_bucket.b")))

    assert found(g, buckets[0].key, VERSIONING) == (
        [], ["aws_s3_bucket_versioning.v.bucket is one of aws_s3_bucket.b[0], aws_s3_bucket.b[1]"],
    )  # fmt: skip


def test_module_instances_are_told_apart():
    buckets = [resource(f"module.m[{index}].aws_s3_bucket.b") for index in range(2)]
    g = graph(*buckets, resource("aws_s3_bucket_versioning.v", bucket=later("module.m[1].aws_s3_bucket.b.id")))

    assert found(g, buckets[0].key, VERSIONING) == ([], [])
    assert found(g, buckets[1].key, VERSIONING) == (["aws_s3_bucket_versioning.v"], [])


def test_an_unknown_count_matches_any_instance():
    bucket = resource("aws_s3_bucket.b[?]")
    g = graph(bucket, resource("aws_s3_bucket_versioning.v[?]", bucket=later("aws_s3_bucket.b[0].id")))

    assert found(g, bucket.key, VERSIONING) == (["aws_s3_bucket_versioning.v[?]"], [])


def test_a_companion_that_may_not_exist_is_a_doubt():
    bucket = resource("aws_s3_bucket.b")
    g = graph(bucket, resource("aws_s3_bucket_versioning.v[?]", bucket=later("aws_s3_bucket.b.id")))

    assert found(g, bucket.key, VERSIONING) == (
        [], ["aws_s3_bucket_versioning.v[?] may not exist: its count or for_each is not known"],
    )  # fmt: skip


def test_companions_of_one_uncertain_module_are_certain_of_each_other():
    bucket = resource("module.m[?].aws_s3_bucket.b")
    version = resource("module.m[?].aws_s3_bucket_versioning.v", bucket=later("module.m[?].aws_s3_bucket.b.id"))

    assert found(graph(bucket, version), bucket.key, VERSIONING) == ([version.key], [])


def test_an_unknown_without_reference_might_be_anybodys():
    bucket = resource("aws_s3_bucket.b", bucket="logs")
    g = graph(bucket, resource("aws_s3_bucket_versioning.v", bucket=later(because="var.bucket has no value")))

    assert found(g, bucket.key, VERSIONING) == ([], ["aws_s3_bucket_versioning.v.bucket: var.bucket has no value"])


def test_a_condition_may_lead_to_something_else():
    bucket = resource("aws_s3_bucket.b")
    chosen = later("aws_s3_bucket.b.id", because="aws_s3_bucket.b.id is known after apply; var.x has no value")
    g = graph(bucket, resource("aws_s3_bucket_versioning.v", bucket=chosen))

    assert found(g, bucket.key, VERSIONING)[1] == [
        "aws_s3_bucket_versioning.v.bucket may be aws_s3_bucket.b or something else"
    ]
    assert links(g) == []
    assert [(link.source, link.target) for link in g.possible_links()] == [("aws_s3_bucket_versioning.v", bucket.key)]


def test_a_known_prefix_rules_a_companion_out():
    bucket = resource("aws_s3_bucket.b", bucket="logs-eu")
    g = graph(
        bucket,
        resource("aws_s3_bucket_versioning.v", bucket=later(prefix="data-", because="var.x has no value")),
        resource("aws_s3_bucket_versioning.w", bucket=later(prefix="logs-", because="var.y has no value")),
    )

    assert found(g, bucket.key, VERSIONING) == ([], ["aws_s3_bucket_versioning.w.bucket: var.y has no value"])


def test_a_literal_might_be_a_name_that_is_not_known():
    bucket = resource("aws_s3_bucket.b", bucket=later(prefix="logs-", because="var.x has no value"))
    g = graph(
        bucket,
        resource("aws_s3_bucket_versioning.v", bucket="logs-eu"),
        resource("aws_s3_bucket_versioning.w", bucket="data-eu"),
    )

    assert found(g, bucket.key, VERSIONING)[1] == [
        "aws_s3_bucket_versioning.v.bucket is 'logs-eu', and that may be the name of this one"
    ]


def test_a_reference_to_another_resource_is_no_doubt():
    a, b = resource("aws_s3_bucket.a"), resource("aws_s3_bucket.b")
    g = graph(a, b, resource("aws_s3_bucket_versioning.v", bucket=later("aws_s3_bucket.b.id")))

    assert found(g, a.key, VERSIONING) == ([], [])


def test_a_data_source_might_be_anybody_but_another_state_is_not():
    bucket = resource("aws_s3_bucket.a")
    data = resource("aws_s3_bucket_versioning.v", bucket=later("data.aws_s3_bucket.x.id", because="read at apply"))
    state = resource("aws_s3_bucket_versioning.w", bucket=later("data.terraform_remote_state.x.outputs.bucket"))

    assert found(graph(bucket, data), bucket.key, VERSIONING)[1] == ["aws_s3_bucket_versioning.v.bucket: read at apply"]
    assert found(graph(bucket, state), bucket.key, VERSIONING) == ([], [])


def test_a_companion_is_found_through_another_companion():
    bucket = resource("aws_s3_bucket.a")
    block = resource("aws_s3_bucket_public_access_block.p", bucket=later("aws_s3_bucket.a.id"))
    version = resource("aws_s3_bucket_versioning.v", bucket=later("aws_s3_bucket_public_access_block.p.id"))

    assert found(graph(bucket, block, version), bucket.key, VERSIONING) == ([version.key], [])


def test_a_module_that_was_not_loaded_blinds_its_arguments():
    g = graph(
        resource('aws_s3_bucket.a["x"]'), resource("aws_s3_bucket.b"),
        blind={"aws_s3_bucket.a.id": "module.m is not on disk"},
    )  # fmt: skip

    assert found(g, 'aws_s3_bucket.a["x"]', VERSIONING) == ([], ["module.m is not on disk"])
    assert found(g, "aws_s3_bucket.b", VERSIONING) == ([], [])


def test_via_reads_nested_blocks_and_lists():
    groups = [resource(f"aws_security_group.{name}", id=f"sg-0000000{number}") for number, name in enumerate("ab")]
    function = resource(
        "aws_lambda_function.f", vpc_config=[{"security_group_ids": ["sg-00000000", later("aws_security_group.b.id")]}]
    )
    g = graph(function, *groups)

    relation = Relation(type="aws_security_group", via="vpc_config.security_group_ids")
    assert found(g, function.key, relation) == (["aws_security_group.a", "aws_security_group.b"], [])
    assert links(g) == [(function.key, each.key, "vpc_config.security_group_ids") for each in groups]


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (None, []),
        ("sg-0123abcd", ["aws_instance.i.group is 'sg-0123abcd', which is not in this scan"]),
        (later(because="var.group has no value"), ["aws_instance.i.group: var.group has no value"]),
    ],
)
def test_via_says_what_it_could_not_find(value, because):
    g = graph(resource("aws_instance.i", group=value), resource("aws_security_group.a"))

    assert found(g, "aws_instance.i", Relation(type="aws_security_group", via="group")) == ([], because)


def test_an_alias_leads_to_its_key():
    key = resource("aws_kms_key.k")
    g = graph(
        key,
        resource("aws_kms_alias.a", name="alias/main", target_key_id=later("aws_kms_key.k.key_id")),
        resource("aws_ebs_volume.ref", kms_key_id=later("aws_kms_alias.a.arn")),
        resource("aws_ebs_volume.name", kms_key_id="alias/main"),
    )

    relation = Relation(type="aws_kms_key", via="kms_key_id")
    assert found(g, "aws_ebs_volume.ref", relation) == ([key.key], [])
    assert found(g, "aws_ebs_volume.name", relation) == ([key.key], [])


def test_a_relation_can_start_from_another():
    role = resource("aws_iam_role.r", name="app")
    profile = resource("aws_iam_instance_profile.p", name="app", role="app")
    machine = resource("aws_instance.i", iam_instance_profile="app")
    g = graph(role, profile, machine)

    assert found(g, machine.key, Relation(type="aws_iam_role", via="role", of="profiles"), [profile]) == (
        [role.key],
        [],
    )


def test_everything_of_a_type_is_incomplete_unless_the_scope_is():
    relation = Relation(type="aws_cloudtrail")
    trail = resource("aws_cloudtrail.t")

    assert found(graph(trail), "aws_account", relation) == ([trail.key], ["other roots are not in this scan"])
    assert found(graph(trail, complete=True), "aws_account", relation) == ([trail.key], [])


def test_arns_inside_documents_and_with_suffixes_are_links():
    bucket = resource("aws_s3_bucket.a", arn="arn:aws:s3:::logs", bucket="logs")
    group = resource("aws_cloudwatch_log_group.g", arn="arn:aws:logs:eu-west-1:1:log-group:/app", name="/app")
    policy = resource("aws_iam_policy.p", policy=json.dumps({"Resource": ["arn:aws:s3:::logs/*"]}))
    trail = resource("aws_cloudtrail.t", cloud_watch_logs_group_arn="arn:aws:logs:eu-west-1:1:log-group:/app:*")

    assert links(graph(bucket, group, policy, trail)) == [
        (trail.key, group.key, "cloud_watch_logs_group_arn"), (policy.key, bucket.key, "policy"),
    ]  # fmt: skip


def test_a_name_means_a_resource_of_the_right_type_only():
    g = graph(
        resource("aws_iam_role.app", name="app"), resource("aws_s3_bucket.app", bucket="app"),
        resource("aws_iam_role_policy.p", role="app", name="app"),
    )  # fmt: skip

    assert links(g) == [("aws_iam_role_policy.p", "aws_iam_role.app", "role")]


def test_paths_follow_references():
    g = graph(
        resource("aws_vpc.v"),
        resource("aws_subnet.s", vpc_id=later("aws_vpc.v.id")),
        resource("aws_instance.i", subnet_id=later("aws_subnet.s.id")),
    )

    assert g.path("aws_instance.i", "aws_vpc.v") == ["aws_instance.i", "aws_subnet.s", "aws_vpc.v"]
    assert g.path("aws_vpc.v", "aws_instance.i") == []
    assert g.reachable("aws_instance.i") == ["aws_subnet.s", "aws_vpc.v"]
    assert g.neighbours("aws_subnet.s") == ["aws_instance.i", "aws_vpc.v"]
    assert g.components() == [["aws_instance.i", "aws_subnet.s", "aws_vpc.v"], ["aws_account"]]


@pytest.mark.parametrize("form", ["json", "graphml", "dot", "mermaid"])
def test_drawings_hold_no_values_and_no_control_characters(form):
    hostile = resource('aws_vpc.v["\x1b[31m]"]', comment="hunter2-canary")
    text = graph(hostile, resource("aws_subnet.s", vpc_id=later('aws_vpc.v["\x1b[31m]"].id'))).export(form)

    assert "aws_subnet.s" in text
    assert "vpc_id" in text
    assert "canary" not in text
    assert "\x1b" not in text


def test_of_two_resources_of_one_name_a_companion_belongs_to_the_one_that_it_names():
    buckets = (resource("aws_s3_bucket.a", bucket="logs"), resource("aws_s3_bucket.b", bucket="logs"))
    by_name = resource("aws_s3_bucket_versioning.v", bucket="logs")
    by_reference = msgspec.structs.replace(by_name, named={"bucket": "aws_s3_bucket.a"})

    alike, apart = graph(*buckets, by_name), graph(*buckets, by_reference)

    assert [found(alike, key, VERSIONING)[0] for key in ("aws_s3_bucket.a", "aws_s3_bucket.b")] == [[by_name.key]] * 2
    assert [found(apart, key, VERSIONING)[0] for key in ("aws_s3_bucket.a", "aws_s3_bucket.b")] == [[by_name.key], []]


def test_what_is_left_unnamed_goes_by_the_name_that_the_provider_gives_it():
    recorder = resource("aws_config_configuration_recorder.main")
    status = resource("aws_config_configuration_recorder_status.main", name="default", is_enabled=True)

    relation = Relation(type="aws_config_configuration_recorder_status", by="name")
    assert found(graph(recorder, status), recorder.key, relation) == ([status.key], [])


def test_what_a_provisioner_holds_is_not_taken_for_its_machine():
    machine = resource("aws_instance.web")
    written = msgspec.structs.replace(
        machine, key="aws_instance.web/provisioner", type="terraform_written", attributes={"place": "provisioner"}
    )
    attachment = resource("aws_lb_target_group_attachment.web", target_id=later("aws_instance.web.id"))

    assert links(graph(machine, written, attachment)) == [
        ("aws_lb_target_group_attachment.web", "aws_instance.web", "target_id")
    ]


def test_a_stream_is_known_by_its_arn_though_that_may_be_written():
    arn = "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks"
    stream = resource("aws_kinesis_stream.main", arn=arn, name="clicks")
    policy = resource("aws_kinesis_resource_policy.main", resource_arn=arn)

    relation = Relation(type="aws_kinesis_resource_policy", by="resource_arn")
    assert found(graph(stream, policy), stream.key, relation) == ([policy.key], [])
    assert links(graph(stream, policy)) == [(policy.key, stream.key, "resource_arn")]


def test_a_companion_is_found_by_an_arn_in_a_document():
    arn = "arn:aws:sqs:eu-central-1:111122223333:failed"
    failed = resource("aws_sqs_queue.failed", arn=arn)
    orders = resource("aws_sqs_queue.orders", redrive_policy=json.dumps({"deadLetterTargetArn": arn}))

    relation = Relation(type="aws_sqs_queue", by="redrive_policy")
    assert found(graph(failed, orders), failed.key, relation) == ([orders.key], [])


def test_a_name_is_of_the_region_of_who_says_it():
    def at(region, address, **attributes):
        return msgspec.structs.replace(resource(address, **attributes), key=f"{region}/{address}", region=region)

    here, there = (at(region, "aws_ecr_repository.r", name="app") for region in ("us-east-1", "eu-west-1"))
    near = at("eu-west-1", "aws_ecr_lifecycle_policy.p", repository="app")
    far = at("us-west-2", "aws_ecr_lifecycle_policy.p", repository="app")
    g = graph(here, there, near, far)
    policy = Relation(type="aws_ecr_lifecycle_policy", by="repository")

    assert found(g, there.key, policy) == ([near.key, far.key], [])
    assert found(g, here.key, policy) == ([far.key], [])
    assert (near.key, there.key, "repository") in links(g)
    assert (near.key, here.key, "repository") not in links(g)


@pytest.mark.parametrize(
    ("reference", "about"),
    [
        ('module.data.aws_dynamodb_table.this["a"].arn', True),
        ('module.data.aws_dynamodb_table.this["b"].arn', False),
        ("module.data.aws_dynamodb_table.this", None),  # a plan does not say which instance is meant
        ("module.data.aws_dynamodb_table.other", False),
        ("data.aws_dynamodb_table.this.arn", None),
        ("module.far.table_arn", None),
    ],
)
def test_a_reference_is_about_a_resource_or_not_or_nobody_knows(reference: str, about: bool | None) -> None:
    assert names([reference], 'module.data.aws_dynamodb_table.this["a"]') is about
