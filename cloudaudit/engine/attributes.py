"""Which attributes a resource type has: the schema of the providers, and of what only a scan knows."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.engine.reads import without_question
from cloudaudit.schema import AttributeSchema, NestedSchema, TypeSchema, resource_schema, resource_types
from cloudaudit.schema.data_sources import READING
from cloudaudit.schema.live import LIVE_ATTRIBUTES, LIVE_ONLY

_OPTIONAL = 2


def _made(**attributes: Any) -> TypeSchema:
    """A schema of optional attributes of these types."""
    return TypeSchema({name: AttributeSchema(type_, _OPTIONAL) for name, type_ in attributes.items()}, {})


# What backends and providers take is for each of them to say: this is what rules read.
_BACKEND = {
    **dict.fromkeys(("access_key", "secret_key", "token", "password", "sas_token", "client_secret"), "string"),
    **dict.fromkeys(("bucket", "key", "region", "kms_key_id", "sse_customer_key", "dynamodb_table"), "string"),
    **dict.fromkeys(("address", "lock_address", "unlock_address", "path", "hostname", "acl", "profile"), "string"),
    **dict.fromkeys(("encrypt", "use_lockfile", "skip_cert_verification"), "bool"),
}
_PROVIDER = {
    **dict.fromkeys(("alias", "region", "profile", "access_key", "secret_key", "token", "password"), "string"),
    **dict.fromkeys(("insecure", "skip_credentials_validation", "skip_metadata_api_check"), "bool"),
    **dict.fromkeys(("assume_role", "assume_role_with_web_identity", "default_tags", "endpoints"), "dynamic"),
    "allowed_account_ids": ["list", "string"],
}

# `aws_account` stands in every graph, for rules about what must exist somewhere in an account. The others stand for
# what is declared beside resources; only Terraform source shows it.
SYNTHETIC = {
    **dict.fromkeys(READING, TypeSchema({}, {})),
    **{kind: _made(**attributes) for kind, attributes in LIVE_ONLY.items()},
    "aws_account": TypeSchema({}, {}),
    "aws_region": _made(name="string", region="string"),
    "data.http": _made(url="string", request_headers=["map", "string"], request_body="string"),
    "data.aws_ami": TypeSchema(
        _made(owners=["list", "string"], most_recent="bool", name_regex="string", include_deprecated="bool").attributes,
        {"filter": NestedSchema(_made(name="string", values=["list", "string"]).attributes, {}, "list")},
    ),
    "terraform_backend": _made(type="string", **_BACKEND),
    "terraform_file": _made(path="string", kind="string", tracked="bool", arguments="dynamic"),
    "terraform_module_call": _made(name="string", source="string", version="string"),
    "terraform_output": _made(name="string", value="dynamic", sensitive="bool", ephemeral="bool", description="string"),
    "terraform_provider": _made(**_PROVIDER),
    "terraform_settings": TypeSchema(
        _made(
            configured_providers=["list", "string"],
            is_example="bool",
            required_providers="dynamic",
            required_version="string",
        ).attributes,
        {"backend": NestedSchema(_made(type="string", **_BACKEND).attributes, {}, "list")},
    ),
    "terraform_variable": _made(
        name="string",
        default="dynamic",
        sensitive="bool",
        ephemeral="bool",
        nullable="bool",
        description="string",
    ),
    "terraform_written": _made(place="string", arguments="dynamic"),
}


def schema_of(type_: str) -> TypeSchema | None:
    """The schema of a type, or None when there is no such type."""
    known = SYNTHETIC.get(type_) or resource_schema(type_)
    if known is not None and (more := LIVE_ATTRIBUTES.get(type_)):
        return TypeSchema({**known.attributes, **_made(**more).attributes}, known.blocks)
    return known


def type_fault(type_: str) -> str | None:
    """Why `type_` is no resource type, or None when it is one."""
    if schema_of(type_):
        return None
    return f"there is no resource type {type_}{_meant(type_, (*SYNTHETIC, *resource_types()))}"


def attribute_fault(type_: str, path: str) -> str | None:
    """Why the type has no attribute at the dotted `path`, or None when it has."""
    schema: Any = schema_of(type_)
    if schema is None:
        return None  # reported by type_fault
    seen = type_
    for name in without_question(path).split("."):
        if _free(schema):
            return None
        members = _members(schema)
        if members is None:
            return f"{seen} is a {_kind(schema)} and has no attribute {name}"
        if name not in members:
            return f"{seen} has no attribute {name}{_meant(name, members)}"
        schema, seen = members[name], f"{seen}.{name}"
    return None


def kind_of(type_: str, path: str) -> str | None:
    """Whether what stands at the path is a string, a number or a bool, or a list of such; None if it is neither."""
    schema: Any = schema_of(type_)
    for name in path.split("."):
        schema = (_members(schema) or {}).get(name)
    kind = schema.type if isinstance(schema, AttributeSchema) else schema
    if isinstance(kind, list) and kind[0] in ("list", "set"):
        kind = kind[1]
    return kind if kind in ("string", "number", "bool") else None


def _members(schema: Any) -> dict[str, Any] | None:
    """What lies below a type, a block, an attribute, or a type in Terraform's notation."""
    match schema:
        case TypeSchema() | NestedSchema():
            return {**schema.attributes, **schema.blocks}
        case AttributeSchema():
            return _members(schema.type)
        case ["object", dict() as members]:
            return members
        case ["list" | "set", element]:
            return _members(element)
    return None


def _free(schema: Any) -> bool:
    """Anything may lie below: maps have the keys that a user gives them."""
    match schema:
        case AttributeSchema():
            return _free(schema.type)
        case "dynamic" | ["map", _]:
            return True
        case ["list" | "set", element]:
            return _free(element)
    return isinstance(schema, NestedSchema) and schema.nesting == "map"


def _kind(schema: Any) -> str:
    type_ = schema.type if isinstance(schema, AttributeSchema) else schema
    return type_ if isinstance(type_, str) else f"{type_[0]} of {_kind(type_[1])}"


def _meant(name: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only on the way out

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; do you mean {close[0]}?" if close else ""
