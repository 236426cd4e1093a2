"""States: shown and raw, and files that are none."""

import json
from pathlib import Path

import pytest

from cloudaudit.errors import SourceError
from cloudaudit.model import Origin
from cloudaudit.sources import plan, state
from cloudaudit.sources.source import Options

TWIN = Path(__file__).parents[3] / "fixtures/terraform/twin"
ARN = "arn:aws:kms:eu-west-1:111122223333:key/6f1c7c3e-0000-4000-8000-000000000000"


def raw(*resources, **more):
    return {"version": 4, "terraform_version": "1.9.0", "lineage": "x", "resources": list(resources), **more}


def entry(kind, *instances, **more):
    return {"mode": "managed", "type": kind, "name": "x", "instances": list(instances), **more}


def read(tmp_path, content, name="terraform.tfstate"):
    path = tmp_path / name
    path.write_text(json.dumps(content))
    assert state.detect(path)
    return next(state.load(path, Options()))


def error(tmp_path, data, name="terraform.tfstate"):
    path = tmp_path / name
    path.write_bytes(data)
    assert state.detect(path)
    with pytest.raises(SourceError) as raised:
        next(state.load(path, Options()))
    return str(raised.value).replace(str(path), name)


def test_a_raw_state_gives_addresses_with_modules_and_keys(tmp_path):
    graph = read(
        tmp_path,
        raw(
            entry("aws_vpc", {"attributes": {"cidr_block": "10.0.0.0/16", "tags": None}}),
            entry("aws_eip", {"index_key": 1, "attributes": {}}, module="module.a"),
            entry("aws_eip", {"index_key": 'x"y', "attributes": {}}, module='module.b["k"]'),
        ),
    )

    assert list(graph.resources) == [
        "aws_account",
        "aws_vpc.x",
        "module.a.aws_eip.x[1]",
        'module.b["k"].aws_eip.x["x\\"y"]',
    ]
    assert graph.get("aws_vpc.x").attributes == {"cidr_block": "10.0.0.0/16"}
    assert graph.origin is Origin.STATE


def test_arn_account_and_region_are_known(tmp_path):
    key = read(tmp_path, raw(entry("aws_kms_key", {"attributes": {"arn": ARN}}))).get("aws_kms_key.x")

    assert (key.arn, key.account, key.region) == (ARN, "111122223333", "eu-west-1")


def test_data_sources_and_deposed_objects_are_left_out(tmp_path):
    graph = read(
        tmp_path,
        raw(
            entry("aws_vpc", {"attributes": {}, "deposed": "0a1b2c3d"}),
            entry("aws_region", {"attributes": {}}, mode="data"),
        ),
    )

    assert len(graph) == 0


def test_sensitive_attributes_of_a_raw_state_are_marked(tmp_path):
    paths = [[{"type": "get_attr", "value": "user_data"}], [{"type": "get_attr", "value": "tags"}, {"type": "index"}]]
    instance = {"attributes": {"user_data": "x"}, "sensitive_attributes": paths}

    marked = read(tmp_path, raw(entry("aws_instance", instance))).get("aws_instance.x").sensitive

    assert marked >= {"user_data", "tags"}


def test_outputs_and_policy_documents_are_shown(tmp_path):
    document = entry("aws_iam_policy_document", {"attributes": {"json": "{}", "statement": []}}, mode="data")
    outputs = {"password": {"value": "x", "type": "string", "sensitive": True}}

    graph = read(tmp_path, raw(document, outputs=outputs))

    assert graph.get("data.aws_iam_policy_document.x").attributes == {"json": "{}"}
    assert graph.get("output.password").sensitive == {"value"}


def test_attributes_of_terraform_0_11_are_a_gap(tmp_path):
    graph = read(tmp_path, raw(entry("aws_vpc", {"attributes_flat": {"cidr_block": "10.0.0.0/16"}})))

    assert [gap.what for gap in graph.gaps] == ["aws_vpc.x"]


def test_both_forms_of_one_state_give_the_same_graph():
    shown = next(state.load(TWIN / "state.json", Options()))
    stored = next(state.load(TWIN / "terraform.tfstate", Options()))

    assert state.detect(TWIN / "state.json")
    assert not plan.detect(TWIN / "state.json")
    assert shown.links() == stored.links()
    assert {key: each.attributes for key, each in shown.resources.items()} == {
        key: each.attributes for key, each in stored.resources.items()
    }


def test_an_empty_state_is_an_empty_graph(tmp_path):
    assert len(read(tmp_path, {"format_version": "1.0"}, "state.json")) == 0
    assert len(read(tmp_path, raw())) == 0


def test_files_that_are_no_known_state_say_what_to_run(tmp_path):
    assert error(tmp_path, b"") == 'terraform.tfstate: the file is empty; run "terraform show -json > state.json"'
    assert "ends too early" in error(tmp_path, b'{"version": 4, "lineage": "x", "resources": [')
    assert "state version 3 is not read" in error(tmp_path, b'{"version": 3, "lineage": "x", "modules": []}')
    assert "binary" in error(tmp_path, b"\0\1\2")
    assert "malformed" in error(tmp_path, b"not json")
    assert "encrypted" in error(tmp_path, b'{"version": 4, "lineage": "x", "encrypted_data": "abc"}')
    assert "not the output of" in error(tmp_path, b'{"version": 4, "lineage": "x", "resources": {}}')
    assert "state format 9.0" in error(tmp_path, b'{"format_version": "9.0", "values": {}}', "state.json")
