"""Plans: what is planned, what is unknown and where it will come from, and files that are no plan."""

import json
from pathlib import Path

import pytest

from cloudaudit.errors import SourceError
from cloudaudit.model import Origin, Relation, Unknown
from cloudaudit.sources import plan
from cloudaudit.sources.source import Options

TWIN = Path(__file__).parents[3] / "fixtures/terraform/twin"


def planned(address, values=None, index=None, **more):
    kind, name = address.split("[")[0].split(".")[-2:]
    row = {"address": address, "mode": "managed", "type": kind, "name": name, "values": values or {}, **more}
    return row if index is None else {**row, "index": index}


def document(*rows, unknown=None, resources=(), calls=None, **more):
    changes = [
        {"address": address, "mode": "managed", "change": {"actions": ["create"], "after_unknown": marks}}
        for address, marks in (unknown or {}).items()
    ]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": list(rows)}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": list(resources), "module_calls": calls or {}}},
        **more,
    }


def block(address, expressions, **more):
    return {"address": address, "mode": "managed", "expressions": expressions, **more}


def refers(*names):
    return {"references": list(names)}


def read(tmp_path, content, **options):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content))
    return next(plan.load(path, Options(**options)))


def error(tmp_path, data, name="plan.json"):
    path = tmp_path / name
    path.write_bytes(data)
    assert plan.detect(path)
    with pytest.raises(SourceError) as raised:
        next(plan.load(path, Options()))
    return str(raised.value).replace(str(path), name)


def test_planned_values_become_resources_of_all_modules(tmp_path):
    root = {
        "resources": [planned("aws_vpc.main", {"cidr_block": "10.0.0.0/16", "tags": None})],
        "child_modules": [{"resources": [planned('module.a["x"].aws_vpc.main')]}],
    }
    content = document(prior_state={"values": {}})
    content["planned_values"]["root_module"] = root

    graph = read(tmp_path, content)

    assert list(graph.resources) == ["aws_account", "aws_vpc.main", 'module.a["x"].aws_vpc.main']
    assert graph.get("aws_vpc.main").attributes == {"cidr_block": "10.0.0.0/16"}
    assert graph.origin is Origin.PLAN


def test_a_named_root_stands_before_every_key(tmp_path):
    graph = read(tmp_path, document(planned("aws_vpc.main")), root="network")

    assert list(graph.resources) == ["network:aws_account", "network:aws_vpc.main"]


def test_what_is_known_after_apply_refers_to_where_it_comes_from(tmp_path):
    graph = read(
        tmp_path,
        document(
            planned("aws_kms_key.main"),
            planned("aws_ebs_volume.data", {"encrypted": True}),
            unknown={"aws_ebs_volume.data": {"kms_key_id": True, "arn": True}},
            resources=[
                block("aws_ebs_volume.data", {"kms_key_id": refers("aws_kms_key.main.arn", "aws_kms_key.main")}),
                block("aws_kms_key.main", {}),
            ],
        ),
    )

    ref = "aws_kms_key.main.arn"
    later = Unknown(because=f"{ref} is known after apply", refs=(ref,), is_set=True)
    assert graph.get("aws_ebs_volume.data").attributes == {"encrypted": True, "kms_key_id": later}


def test_what_the_author_left_out_and_aws_fills_in_is_unset(tmp_path):
    graph = read(
        tmp_path,
        document(
            planned("aws_instance.web", {"ami": "ami-1"}),
            unknown={"aws_instance.web": {"id": True, "private_ip": True, "metadata_options": True, "key_name": True}},
            resources=[block("aws_instance.web", {"ami": {"constant_value": "ami-1"}})],
        ),
    )

    assert graph.get("aws_instance.web").attributes == {"ami": "ami-1"}


def test_a_block_that_only_a_dynamic_one_can_have_made_is_unknown(tmp_path):
    graph = read(
        tmp_path,
        document(
            planned("aws_lb.web"),
            unknown={"aws_lb.web": {"access_logs": True, "subnet_mapping": True}},
            resources=[block("aws_lb.web", {})],
        ),
    )

    assert graph.get("aws_lb.web").attributes == {"access_logs": Unknown(because="known after apply")}


def test_without_configuration_nothing_that_could_be_written_is_taken_for_unset(tmp_path):
    content = document(
        planned("aws_instance.web"), unknown={"aws_instance.web": {"key_name": True, "private_dns": True}}
    )
    del content["configuration"]

    assert set(read(tmp_path, content).get("aws_instance.web").attributes) == {"key_name"}


def test_a_condition_may_have_chosen_null_for_what_aws_then_fills_in(tmp_path):
    graph = read(
        tmp_path,
        document(
            planned("aws_kms_key.main"),
            planned("aws_ebs_volume.data"),
            unknown={"aws_ebs_volume.data": {"kms_key_id": True}},
            resources=[
                block("aws_ebs_volume.data", {"kms_key_id": refers("var.encrypt", "aws_kms_key.main.arn")}),
                block("aws_kms_key.main", {}),
            ],
        ),
    )

    related = graph.related(graph.get("aws_ebs_volume.data"), Relation(type="aws_kms_key", via="kms_key_id"))

    assert related.found == ()
    assert related.because == ("aws_ebs_volume.data.kms_key_id may be aws_kms_key.main or something else",)


def test_references_lead_through_variables_outputs_and_keys(tmp_path):
    names = ("a", "b")
    keys = [planned(f'module.keys.aws_kms_key.this["{name}"]', index=name) for name in names]
    buckets = [planned(f'module.data.aws_s3_bucket.this["{name}"]', index=name) for name in names]
    blocked = [planned(f'module.data.aws_s3_bucket_versioning.this["{name}"]', index=name) for name in names]
    volume = planned("module.data.aws_ebs_volume.this")
    data = {
        "expressions": {"key": refers('module.keys.arns["b"]', "module.keys.arns", "module.keys")},
        "module": {
            "resources": [
                block("aws_s3_bucket.this", {}, for_each_expression=refers("var.names")),
                block(
                    "aws_s3_bucket_versioning.this",
                    {"bucket": refers("each.value.id", "each.value")},
                    for_each_expression=refers("aws_s3_bucket.this"),
                ),
                block("aws_ebs_volume.this", {"kms_key_id": refers("var.key")}),
            ]
        },
    }
    keyring = {
        "module": {
            "outputs": {"arns": {"expression": refers("aws_kms_key.this")}},
            "resources": [block("aws_kms_key.this", {}, for_each_expression=refers("var.names"))],
        }
    }
    unknown = {row["address"]: {"bucket": True} for row in blocked} | {volume["address"]: {"kms_key_id": True}}
    rows = (*keys, *buckets, *blocked, volume)

    graph = read(tmp_path, document(*rows, unknown=unknown, calls={"data": data, "keys": keyring}))

    assert [(link.source, link.target) for link in graph.links()] == [
        ("module.data.aws_ebs_volume.this", 'module.keys.aws_kms_key.this["b"]'),
        ('module.data.aws_s3_bucket_versioning.this["a"]', 'module.data.aws_s3_bucket.this["a"]'),
        ('module.data.aws_s3_bucket_versioning.this["b"]', 'module.data.aws_s3_bucket.this["b"]'),
    ]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["aws_subnet.s[0].id", "aws_subnet.s[0]", "aws_subnet.s"], [0]),
        (["aws_subnet.s[0].id", "aws_subnet.s[1].id"], [0, 1]),
        (["aws_subnet.s"], [0, 1]),
        (["local.subnets", "aws_subnet.s"], []),
        (["var.first", "aws_subnet.s[0].id", "aws_subnet.s[0]"], [0]),
        (["var.first", "aws_subnet.s[0].id", "aws_subnet.s[1].id"], []),
    ],
)
def test_a_list_of_nothing_but_references_is_known_by_its_members(tmp_path, names, found):
    graph = read(
        tmp_path,
        document(
            planned("aws_subnet.s[0]", index=0),
            planned("aws_subnet.s[1]", index=1),
            planned("aws_db_subnet_group.g"),
            unknown={"aws_db_subnet_group.g": {"subnet_ids": True}},
            resources=[block("aws_db_subnet_group.g", {"subnet_ids": refers(*names)}), block("aws_subnet.s", {})],
        ),
    )

    related = graph.related(graph.get("aws_db_subnet_group.g"), Relation(type="aws_subnet", via="subnet_ids"))

    assert [each.address for each in related.found] == [f"aws_subnet.s[{number}]" for number in found]
    assert bool(related.because) == (not found)


def test_unknowns_inside_of_blocks_keep_what_is_known_beside_them(tmp_path):
    rule = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": None}]}
    written = {"apply_server_side_encryption_by_default": [{"kms_master_key_id": refers("aws_kms_key.k.arn")}]}
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    mark = {"rule": [{"apply_server_side_encryption_by_default": [{"kms_master_key_id": True}]}]}

    graph = read(
        tmp_path,
        document(
            planned(f"{kind}.x", {"rule": [rule]}),
            unknown={f"{kind}.x": mark},
            resources=[block(f"{kind}.x", {"rule": [written]})],
        ),
    )

    default = graph.get(f"{kind}.x").attributes["rule"][0]["apply_server_side_encryption_by_default"][0]
    assert default["sse_algorithm"] == "aws:kms"
    assert default["kms_master_key_id"].refs == ("aws_kms_key.k.arn",)


def test_sensitive_marks_are_paths_and_the_provider_adds_its_own(tmp_path):
    marks = {"user_data": True, "tags": {"token": True}, "root_block_device": [{"kms_key_id": True}]}
    row = planned("aws_instance.x", {"user_data": "x"}, sensitive_values=marks)
    graph = read(tmp_path, document(row, planned("aws_db_instance.d", {"password": "x"})))

    assert graph.get("aws_instance.x").sensitive >= {"user_data", "tags.token", "root_block_device.0.kms_key_id"}
    assert "password" in graph.get("aws_db_instance.d").sensitive


def test_the_region_comes_from_the_provider_block(tmp_path):
    content = document(
        planned("aws_vpc.main"), resources=[block("aws_vpc.main", {}, provider_config_key="aws")],
        variables={"region": {"value": "eu-west-1"}},
    )  # fmt: skip
    content["configuration"]["provider_config"] = {"aws": {"expressions": {"region": refers("var.region")}}}

    assert read(tmp_path, content).get("aws_vpc.main").region == "eu-west-1"


def test_inline_arguments_of_old_providers_become_companions(tmp_path):
    graph = read(tmp_path, document(planned("aws_s3_bucket.b", {"bucket": "b", "versioning": [{"enabled": True}]})))

    related = graph.related(graph.get("aws_s3_bucket.b"), Relation(type="aws_s3_bucket_versioning", by="bucket"))

    assert [each.address for each in related.found] == ["aws_s3_bucket.b/versioning"]


def test_declarations_are_judged_once_however_often_their_module_is_called(tmp_path):
    inner = {"variables": {"size": {"default": 1}, "token": {"default": "x", "sensitive": True}}}
    call = {"source": "./m", "module": inner}
    content = document(
        calls={"b": call, "a": {**call, "source": "./x/../m"}, "remote": {"source": "far", "module": {}}}
    )
    content["planned_values"]["root_module"]["child_modules"] = [{"address": "module.a[0]"}, {"address": "module.a[1]"}]
    content["planned_values"]["outputs"] = {"key": {"sensitive": True, "value": "x"}}
    content["configuration"]["root_module"]["outputs"] = {"later": {"expression": {}}}
    content["configuration"]["provider_config"] = {"aws": {"expressions": {"access_key": refers("var.key")}}}

    graph = read(tmp_path, content)

    assert [resource.address for resource in graph] == [
        "module.a", "module.a[0].var.size", "module.a[0].var.token", "module.b", "module.remote",
        "output.key", "output.later", "provider.aws",
    ]  # fmt: skip
    assert graph.get("module.a[0].var.token").sensitive == {"default"}
    assert graph.get("output.key").sensitive == {"value"}
    assert isinstance(graph.get("output.later").attributes["value"], Unknown)
    assert isinstance(graph.get("provider.aws").attributes["access_key"], Unknown)


def test_policy_documents_are_shown_known_and_unknown(tmp_path):
    kind = "data.aws_iam_policy_document"
    known = {
        "address": f"{kind}.a",
        "mode": "data",
        "type": "aws_iam_policy_document",
        "name": "a",
        "values": {"json": "{}"},
    }
    statement = {"effect": "Deny", "actions": ["s3:*"], "resources": [None]}
    later = {**known, "address": f"{kind}.b", "name": "b", "values": {"statement": [statement]}}
    hidden = {**known, "address": f"{kind}.c", "name": "c", "values": {}}
    written = {"statement": [{"resources": refers("aws_s3_bucket.x.arn", "aws_s3_bucket.x")}]}
    content = document(
        later, hidden, planned("aws_s3_bucket_policy.p"),
        unknown={
            f"{kind}.b": {"json": True, "statement": [{"resources": [True]}]},
            f"{kind}.c": {"json": True, "statement": True},
            "aws_s3_bucket_policy.p": {"policy": True},
        },
        resources=[
            block(f"{kind}.b", written), block(f"{kind}.a", {}), block(f"{kind}.c", {}),
            block("aws_s3_bucket_policy.p", {"policy": refers(f"{kind}.b.json", f"{kind}.b")}),
        ],
        prior_state={"values": {"root_module": {"resources": [known]}}},
    )  # fmt: skip

    graph = read(tmp_path, content)

    assert [each.address for each in graph.of_type(kind)] == [f"{kind}.a", f"{kind}.b", f"{kind}.c"]
    assert graph.get(f"{kind}.a").attributes == {"json": "{}"}
    policy = graph.get("aws_s3_bucket_policy.p").attributes["policy"]
    assert policy.partial["Statement"][0]["Action"] == "s3:*"
    assert policy.partial["Statement"][0]["Resource"].refs == ("aws_s3_bucket.x.arn",)
    assert isinstance(graph.get(f"{kind}.c").attributes["json"].partial["Statement"][0], Unknown)


def test_a_plan_that_destroys_leaves_nothing(tmp_path):
    graph = read(tmp_path, document(unknown={"aws_vpc.main": None}))

    assert len(graph) == 0


def test_a_hostile_configuration_of_references_that_fan_out_is_read_in_time(tmp_path):
    deep = {"module": {"resources": [block("aws_vpc.v", {"cidr_block": refers("var.a", "var.b")})]}}
    for _ in range(60):
        both = refers("var.a", "var.b")
        deep = {"module": {"module_calls": {"m": {"expressions": {"a": both, "b": both}, **deep}}}}
    row = planned("module.top." + "module.m." * 60 + "aws_vpc.v")

    graph = read(tmp_path, document(row, unknown={row["address"]: {"cidr_block": True}}, calls={"top": deep}))

    assert "cidr_block" in graph.get(row["address"]).attributes


def test_an_address_of_endless_modules_is_only_a_name(tmp_path):
    row = planned("module.m." * 50_000 + "aws_vpc.v")

    assert row["address"] in read(tmp_path, document(row)).resources


def test_plans_of_a_redirect_in_powershell_are_read(tmp_path):
    path = tmp_path / "plan.json"
    text = json.dumps(document(planned("aws_vpc.main")))
    for encoding in ("utf-16", "utf-8-sig"):
        path.write_bytes(text.encode(encoding))

        assert plan.detect(path)
        assert "aws_vpc.main" in next(plan.load(path, Options())).resources


def test_files_that_are_no_complete_plan_say_what_to_run(tmp_path):
    whole = json.dumps(document(planned("aws_vpc.main")))
    command = 'run "terraform show -json plan.bin > plan.json"'

    assert error(tmp_path, b"PK\x03\x04rest", "plan.bin") == (
        'plan.bin: this is a binary plan; run "terraform show -json plan.bin > plan.json" and scan that file'
    )
    assert error(tmp_path, b"") == f"plan.json: the file is empty; {command}"
    assert error(tmp_path, whole[:-40].encode()) == f"plan.json: the JSON ends too early; {command} again"
    assert error(tmp_path, whole.replace(":", ";", 9).encode()).startswith("plan.json: the JSON is malformed")
    assert "planning failed" in error(tmp_path, json.dumps(document(errored=True)).encode())
    future = json.dumps(document(planned("aws_vpc.main"), format_version="2.0")).encode()
    assert error(tmp_path, future) == "plan.json: plan format 2.0 is not known; known are 0.x and 1.x"
    assert "no plan" in error(tmp_path, b'{"format_version": "1.2", "configuration": {}}')
    assert "not the output of" in error(tmp_path, b'{"format_version": "1.2", "planned_values": []}')


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.write(b'{"format_version": "1.2", "planned_values": {')
        file.truncate(200 * 2**20)

    assert plan.detect(path)
    with pytest.raises(SourceError, match="200 MB are more than the 100 MB that are read"):
        next(plan.load(path, Options()))


def test_a_file_of_brackets_is_refused_before_it_fills_memory(tmp_path):
    deep = b'{"planned_values": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    assert "plan.json: " in error(tmp_path, deep)


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1}', b"[]", b"resource {}", b"\xff\xfe", b"{", b'{"runs": [], "version": "2.1.0"}', b"\0\1\2"],
)
def test_other_files_are_not_taken_for_plans(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_bytes(content)

    assert not plan.detect(path)
    assert not plan.detect(tmp_path)


def test_a_real_plan_keeps_no_unknown_that_nobody_wrote():
    graph = next(plan.load(TWIN / "plan.json", Options()))

    assert set(graph.get("aws_db_instance.main").unknown) == {"kms_key_id", "vpc_security_group_ids.0"}
    assert graph.get("aws_kms_key.main").unknown == {}
