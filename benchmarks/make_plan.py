"""Write a plan of many resources, in the form of `terraform show -json`, to measure with.

    python benchmarks/make_plan.py 10000 plan.json
    python benchmarks/make_plan.py 1000 update.json --update    # all are there already; one in a hundred changes

Each hundred resources are a module: buckets with their companions, databases, keys, groups, roles. Real plans have one
`change` beside every planned value, and repeat the module's configuration once a call; so does this one.
"""

import json
import sys
from pathlib import Path
from typing import Any

_TAGS = {"Environment": "prod", "ManagedBy": "terraform", "Owner": "platform", "Service": "orders"}
_PROVIDER = "registry.terraform.io/hashicorp/aws"
_PER_MODULE = 100
_COMPUTED = {"arn": True, "id": True, "tags": {}, "tags_all": {}}
Object = dict[str, Any]
Block = tuple[str, Object, Object, Object]


def reference(*names: str) -> dict[str, Any]:
    """An expression that refers to the names, and to what lies around each, as Terraform lists them."""
    return {"references": [part for name in names for part in (name, name.rpartition(".")[0])]}


def constants(values: dict[str, Any]) -> dict[str, Any]:
    """Expressions of the values that are written as they are."""
    return {name: {"constant_value": value} for name, value in values.items()}


def blocks(number: int) -> list[Block]:
    """One group of ten resources: type, values, what is unknown, and what was written."""
    name = f"orders-{number:05}"
    tagged = {"tags": {"Name": name}, "tags_all": {**_TAGS, "Name": name}}
    return [*storage(number, name, tagged), *database(number, name, tagged), *roles(number, name, tagged)]


def storage(number: int, name: str, tagged: Object) -> list[Block]:
    """A bucket and its companions."""
    bucket = {"bucket": name, "bucket_prefix": None, "force_destroy": False, **tagged}
    block = {"block_public_acls": True, "block_public_policy": number % 7 > 0, "ignore_public_acls": True}
    versioning = {"versioning_configuration": [{"status": "Enabled"}]}
    refers = {"bucket": reference("aws_s3_bucket.this.id")}
    unknown = {"bucket": True, "id": True}

    encryption = rule({"sse_algorithm": "aws:kms"})
    written = rule({**constants({"sse_algorithm": "aws:kms"}), "kms_master_key_id": reference("aws_kms_key.this.arn")})
    later = {**unknown, **rule({"kms_master_key_id": True})}
    kind = "aws_s3_bucket"
    return [
        (kind, bucket, {**_COMPUTED, "versioning": True, "acl": True}, constants({"bucket": name})),
        (f"{kind}_versioning", versioning, unknown, {**refers, "versioning_configuration": [constants({"status": 1})]}),
        (f"{kind}_public_access_block", block, unknown, {**refers, **constants(block)}),
        (f"{kind}_server_side_encryption_configuration", encryption, later, {**refers, **written}),
    ]


def rule(default: Object) -> Object:
    """The one rule of a bucket's encryption."""
    return {"rule": [{"apply_server_side_encryption_by_default": [default]}]}


def database(number: int, name: str, tagged: Object) -> list[Block]:
    """A database, its key and its group."""
    flags = ("copy_tags_to_snapshot", "delete_automated_backups", "iam_database_authentication_enabled", "multi_az")
    nulls = ("allow_major_version_upgrade", "iops", "max_allocated_storage", "replicate_source_db", "timeouts")
    instance = {
        **dict.fromkeys(flags, True),
        **dict.fromkeys(nulls),
        **tagged,
        "allocated_storage": 100,
        "backup_retention_period": number % 40,
        "deletion_protection": number % 3 > 0,
        "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"],
        "engine": "postgres",
        "identifier": name,
        "instance_class": "db.r6g.large",
        "password": "not-a-real-password",
        "publicly_accessible": number % 11 == 0,
        "storage_encrypted": number % 5 > 0,
        "username": "owner",
    }
    key = {"description": name, "enable_key_rotation": number % 2 == 0, "is_enabled": True, "policy": None, **tagged}
    group = {"description": name, "egress": [], "ingress": [port(443), port(5432), port(22)], "name": name, **tagged}
    links = {"kms_key_id": "aws_kms_key.this.arn", "vpc_security_group_ids": "aws_security_group.this.id"}
    unknown = dict.fromkeys(("address", "endpoint", "port", *links), True)
    written = {**constants(instance), **{name: reference(target) for name, target in links.items()}}
    return [
        ("aws_db_instance", instance, {**_COMPUTED, **unknown}, written),
        ("aws_kms_key", key, {**_COMPUTED, "key_id": True}, constants(key)),
        ("aws_security_group", group, {**_COMPUTED, "vpc_id": True, "owner_id": True}, constants(group)),
    ]


def port(number: int) -> Object:
    """One inline rule of a group."""
    empty = ("ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
    return {
        **{name: [] for name in empty},
        "cidr_blocks": ["0.0.0.0/0"] if number == 443 else ["10.0.0.0/8"],
        "description": f"port {number}",
        "from_port": number,
        "protocol": "tcp",
        "self": False,
        "to_port": number,
    }


def roles(number: int, name: str, tagged: Object) -> list[Block]:
    """A role, its policy, and a log group."""
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = {"assume_role_policy": trust, "name": name, "path": "/", "max_session_duration": 3600, **tagged}
    policy = {"name": name, "policy": trust}
    logs = {"name": f"/{name}", "retention_in_days": 30 * (number % 14), **tagged}
    refers = {"role": reference("aws_iam_role.this.id"), **constants(policy)}
    key = {"kms_key_id": reference("aws_kms_key.this.arn"), **constants(logs)}
    return [
        ("aws_iam_role", role, {**_COMPUTED, "unique_id": True, "create_date": True}, constants(role)),
        ("aws_iam_role_policy", policy, {"id": True, "role": True}, refers),
        ("aws_cloudwatch_log_group", logs, {**_COMPUTED, "kms_key_id": True}, key),
    ]


def entry(module: str, number: int, block: Block) -> tuple[Object, Object, Object]:
    """The planned resource, its change, and its configuration."""
    kind, values, unknown, expressions = block
    head = {"mode": "managed", "type": kind, "name": f"this{number}", "provider_name": _PROVIDER}
    address = f"{module}.{kind}.this{number}"
    planned = {"address": address, **head, "schema_version": 1, "values": values, "sensitive_values": {}}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown, "after_sensitive": {}}
    own = json.loads(json.dumps(expressions).replace(".this", f".this{number}"))
    written = {"address": f"{kind}.this{number}", **head, "expressions": own, "provider_config_key": "aws"}
    return planned, {"address": address, "module_address": module, **head, "change": change}, written


def plan(count: int) -> Object:
    """The whole document."""
    modules, changes, calls = [], [], {}
    for position in range(0, count, _PER_MODULE):
        name = f"team_{position // _PER_MODULE:04}"
        groups = range(position, min(position + _PER_MODULE, count), 10)
        rows = [entry(f"module.{name}", each - position, block) for each in groups for block in blocks(each)]
        modules.append({"address": f"module.{name}", "resources": [row[0] for row in rows]})
        changes += [row[1] for row in rows]
        module = {"resources": [row[2] for row in rows]}
        calls[name] = {"source": "./team", "expressions": {}, "module": module}
    providers = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.15.5",
        "planned_values": {"root_module": {"child_modules": modules}},
        "resource_changes": changes,
        "configuration": {"provider_config": providers, "root_module": {"module_calls": calls}},
        "errored": False,
    }


def update(document: Object) -> Object:
    """The plan of a change to what the first plan made: the databases lose their backups and protection, one in ten."""
    document["prior_state"] = {"format_version": "1.0", "values": json.loads(json.dumps(document["planned_values"]))}
    later = {row["address"]: row for module in _modules(document) for row in module["resources"]}
    databases = [each for each in document["resource_changes"] if each["type"] == "aws_db_instance"]
    for each in document["resource_changes"]:
        each["change"] |= {"actions": ["no-op"], "before": each["change"]["after"], "after_unknown": {}}
    for each in databases[::10]:
        values = {**each["change"]["after"], "backup_retention_period": 0, "deletion_protection": False}
        later[each["address"]]["values"] = values
        each["change"] |= {"actions": ["update"], "after": values}
    return document


def _modules(document: Object) -> list[Object]:
    found: list[Object] = document["planned_values"]["root_module"]["child_modules"]
    return found


def main() -> None:
    """Write the plan that the arguments ask for."""
    size, path, *more = sys.argv[1:]
    document = plan(int(size))
    Path(path).write_text(json.dumps(update(document) if more == ["--update"] else document))


if __name__ == "__main__":
    main()
