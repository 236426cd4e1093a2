from facts_building import ELSEWHERE, fact, is_unknown, ref, resource
from msgspec.structs import replace

TABLE = resource("aws_dynamodb_table.main", name="orders")
CLUSTER = resource("aws_rds_cluster.main", cluster_identifier="main")


def parts(resource_id):
    return [resource(f"aws_appautoscaling_{kind}.main", resource_id=resource_id) for kind in ("target", "policy")]


def test_a_table_scales_by_a_target_and_a_policy():
    target, policy = parts("table/orders")

    assert fact("scaling.by_demand", TABLE, target, policy) is True
    assert fact("scaling.by_demand", TABLE, *parts(ref("aws_dynamodb_table.main.name"))) is True
    assert fact("scaling.by_demand", TABLE, target) is False
    assert fact("scaling.by_demand", TABLE, *parts("table/other")) is False
    assert fact("scaling.by_demand", TABLE, *parts(ref("aws_dynamodb_table.other.name"))) is False
    assert is_unknown(fact("scaling.by_demand", TABLE, *parts(ELSEWHERE)))


def test_scaling_of_a_namesake_in_another_region_is_none():
    here, there = (replace(TABLE, region=region) for region in ("us-east-1", "eu-west-1"))
    scaled = [replace(part, region="us-east-1") for part in parts("table/orders")]

    assert fact("scaling.by_demand", here, *scaled) is True
    assert fact("scaling.by_demand", there, *scaled) is False


def member(name, cluster="main"):
    return resource(f"aws_rds_cluster_instance.{name}", cluster_identifier=cluster)


def test_members_of_a_cluster_are_counted():
    assert fact("scaling.several_members", CLUSTER, member("a"), member("b")) is True
    assert fact("scaling.several_members", CLUSTER, member("a")) is False
    assert is_unknown(fact("scaling.several_members", CLUSTER, member("a"), member("b", ELSEWHERE)))


def test_members_of_unknown_number():
    assert is_unknown(fact("scaling.several_members", CLUSTER, member("a[?]")))


def test_a_table_of_a_module_named_data_is_another():
    assert fact("scaling.by_demand", TABLE, *parts(ref("module.data.aws_dynamodb_table.other.name"))) is False
    assert is_unknown(fact("scaling.by_demand", TABLE, *parts(ref("data.aws_dynamodb_table.other.name"))))
