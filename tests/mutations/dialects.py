"""Settings that provider 3.x holds in the bucket or role, which newer providers have as resources of their own."""

from collections.abc import Callable
from typing import Any

from cloudaudit.sources.hcl.syntax import Block, Body, Name
from tests.mutations import trees
from tests.mutations.writing import Writing, one_file

Inline = tuple[dict[str, Any], list[Block]]
Convert = Callable[[Block], Inline]


class _Other(Exception):  # noqa: N818 - it says that older providers cannot write this
    pass


def inline_settings(body: Body) -> Writing | None:
    """Settings of buckets and roles as arguments of these, as provider 3.x has them."""
    blocks = {trees.labels(block): block for block in trees.rebuilt(body, lambda node: node).blocks}
    if len(blocks) < len(body.blocks):
        return None
    old: dict[str, str] = {}
    for labels, separate in list(blocks.items()):
        if labels[0] not in _FORMS or _is_referred_to(labels, body):
            continue
        refers, suffix, convert = _FORMS[labels[0]]
        parent = blocks.get(_parent(separate, refers))
        if parent is None or _loops(separate, refers) or {"count", "for_each"} & parent.body.attributes.keys():
            continue
        if _take_in(parent, separate, convert):
            shown = suffix(separate)
            old[f"{'.'.join(trees.labels(parent))}/{shown}"] = ".".join(labels)
            del blocks[labels]
    # A setting of which nobody knows whether it is there has a `[?]`.
    return one_file(blocks.values(), lambda address: old.get(address.removesuffix("[?]"), address)) if old else None


def _parent(separate: Block, refers: str) -> tuple[str, ...]:
    reference = separate.body.attributes.get(refers)
    path = trees.path(reference.value) if reference else ()
    return path[:2] if len(path) == 3 else ()


def _is_referred_to(labels: tuple[str, ...], body: Body) -> bool:
    return any(trees.path(node) == labels for node in trees.walk(body))


def _loops(separate: Block, refers: str) -> bool:
    """Whether the setting names what may name the parent, which then would refer to itself."""
    others = [attribute for name, attribute in separate.body.attributes.items() if name != refers]
    names = {node.name for node in trees.walk([others, separate.body.blocks]) if isinstance(node, Name)}
    return any(name.startswith(("aws_", "data", "each", "count")) for name in names)


def _take_in(parent: Block, separate: Block, convert: Convert) -> bool:
    try:
        attributes, blocks = convert(separate)
    except (_Other, KeyError):
        return False
    single = {block.type for block in blocks} - {"inline_policy"}
    if attributes.keys() & parent.body.attributes.keys() or single & {block.type for block in parent.body.blocks}:
        return False
    parent.body.attributes.update({name: trees.attribute(name, value) for name, value in attributes.items()})
    parent.body.blocks += blocks
    return True


def _values(block: Block, *allowed: str) -> dict[str, Any]:
    """The arguments of a block that older providers have too."""
    if block.body.attributes.keys() - {*allowed}:
        raise _Other
    return {name: attribute.value for name, attribute in block.body.attributes.items()}


def _children(block: Block, *allowed: str) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for inner in block.body.blocks:
        if inner.type not in allowed:
            raise _Other
        found.setdefault(inner.type, []).append(inner)
    return found


def _is(value: Any, word: str) -> Any:
    return trees.binary(value, "==", trees.literal(word))


def _versioning(block: Block) -> Inline:
    _values(block, "bucket")
    inner = _children(block, "versioning_configuration")["versioning_configuration"][0]
    values = _values(inner, "status", "mfa_delete")
    given = {"enabled": _is(values["status"], "Enabled")}
    if "mfa_delete" in values:
        given["mfa_delete"] = _is(values["mfa_delete"], "Enabled")
    return {}, [trees.block("versioning", attributes=given)]


def _encryption(block: Block) -> Inline:
    _values(block, "bucket")
    rules = _children(block, "rule")["rule"]
    return {}, [trees.block("server_side_encryption_configuration", blocks=rules)]


def _logging(block: Block) -> Inline:
    values = _values(block, "bucket", "target_bucket", "target_prefix")
    _children(block)
    return {}, [trees.block("logging", attributes={name: values[name] for name in values if name != "bucket"})]


def _lifecycle(block: Block) -> Inline:
    _values(block, "bucket")
    return {}, [_lifecycle_rule(rule) for rule in _children(block, "rule")["rule"]]


def _lifecycle_rule(rule: Block) -> Block:
    values = _values(rule, "id", "status")
    children = _children(
        rule, "filter", "expiration", "abort_incomplete_multipart_upload", "noncurrent_version_expiration"
    )
    given = {"enabled": _is(values.pop("status"), "Enabled"), **values}
    for each in children.get("filter", []):
        _children(each)
        given |= _values(each, "prefix")
    for each in children.get("abort_incomplete_multipart_upload", []):
        given["abort_incomplete_multipart_upload_days"] = _values(each, "days_after_initiation")[
            "days_after_initiation"
        ]
    blocks = [trees.block("expiration", attributes=_values(each, "days")) for each in children.get("expiration", [])]
    for each in children.get("noncurrent_version_expiration", []):
        days = _values(each, "noncurrent_days")["noncurrent_days"]
        blocks.append(trees.block("noncurrent_version_expiration", attributes={"days": days}))
    return trees.block("lifecycle_rule", attributes=given, blocks=blocks)


def _acl(block: Block) -> Inline:
    _children(block)
    acl = _values(block, "bucket", "acl")["acl"]
    if getattr(acl, "value", None) == "private":
        raise _Other  # every bucket of provider 3.x has this one, so it is no setting there
    return {"acl": acl}, []


def _policy(block: Block) -> Inline:
    return {"policy": _values(block, "bucket", "policy")["policy"]}, []


def _role_policy(block: Block) -> Inline:
    values = _values(block, "role", "name", "policy")
    values.pop("role")
    return {}, [trees.block("inline_policy", attributes=values)]


def _attachment(block: Block) -> Inline:
    return {"managed_policy_arns": trees.listed([_values(block, "role", "policy_arn")["policy_arn"]])}, []


def _literal(block: Block, name: str) -> str:
    attribute = block.body.attributes.get(name)
    value = getattr(attribute.value, "value", None) if attribute else None
    return value if isinstance(value, str) else "0"


_FORMS: dict[str, tuple[str, Callable[[Block], str], Convert]] = {
    "aws_s3_bucket_versioning": ("bucket", lambda _: "versioning", _versioning),
    "aws_s3_bucket_server_side_encryption_configuration": (
        "bucket",
        lambda _: "server_side_encryption_configuration",
        _encryption,
    ),
    "aws_s3_bucket_logging": ("bucket", lambda _: "logging", _logging),
    "aws_s3_bucket_lifecycle_configuration": ("bucket", lambda _: "lifecycle_rule", _lifecycle),
    "aws_s3_bucket_acl": ("bucket", lambda _: "acl", _acl),
    "aws_s3_bucket_policy": ("bucket", lambda _: "policy", _policy),
    "aws_iam_role_policy": ("role", lambda block: f"inline_policy/{_literal(block, 'name')}", _role_policy),
    "aws_iam_role_policy_attachment": (
        "role",
        lambda block: f"managed_policy_arns/{_literal(block, 'policy_arn')}",
        _attachment,
    ),
}
