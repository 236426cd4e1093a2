"""The inline arguments of `aws_s3_bucket` in provider 3.x as the resources of 4.0 and later."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.schema.companion import Companion, drop_unset, each, inner, only, word

_Block = dict[str, Any]


def _companion(inline: str, kind: str, attributes: _Block, moved: dict[str, str] | None = None) -> Companion:
    return Companion(f"aws_s3_bucket_{kind}", "bucket", inline, inline, attributes, moved or {inline: inline})


def _versioning(value: Any) -> Companion:
    def block(old: _Block) -> _Block:
        # Provider 3.x suspends versioning where it is not enabled.
        status = word(old.get("enabled"), "Enabled", "Suspended")
        return {"status": status, "mfa_delete": word(old.get("mfa_delete"), "Enabled", "Disabled")}

    to = "versioning_configuration"
    moved = {"versioning.0.enabled": f"{to}.0.status", "versioning": to}
    return _companion("versioning", "versioning", {to: each(value, block)}, moved)


def _encryption(value: Any) -> Companion:
    inline = "server_side_encryption_configuration"
    return _companion(inline, inline, {"rule": inner(value, "rule")}, {f"{inline}.0.rule": "rule", inline: "rule"})


def _logging(value: Any) -> Companion:
    names = ("target_bucket", "target_prefix")
    return _companion("logging", "logging", only(value, *names), {f"logging.0.{name}": name for name in names})


def _lifecycle(value: Any) -> Companion:
    moved = {"lifecycle_rule": "rule"}
    return _companion("lifecycle_rule", "lifecycle_configuration", {"rule": each(value, _lifecycle_rule)}, moved)


def _lifecycle_rule(old: _Block) -> _Block:
    abort = old.get("abort_incomplete_multipart_upload_days")
    return {
        "id": old.get("id"),
        "status": word(old.get("enabled"), "Enabled", "Disabled"),
        "filter": [_filter(old)],
        "abort_incomplete_multipart_upload": None if abort in (None, 0) else [{"days_after_initiation": abort}],
        "expiration": old.get("expiration"),
        "transition": old.get("transition"),
        "noncurrent_version_expiration": each(old.get("noncurrent_version_expiration"), _noncurrent),
        "noncurrent_version_transition": each(old.get("noncurrent_version_transition"), _noncurrent),
    }


def _noncurrent(old: _Block) -> _Block:
    return {"noncurrent_days": old.get("days"), "storage_class": old.get("storage_class")}


def _filter(old: _Block) -> _Block:
    """Which objects a rule is about; without prefix and tags it is about all."""
    prefix, tags = old.get("prefix"), old.get("tags") or None
    return drop_unset({"and": [drop_unset({"prefix": prefix, "tags": tags})]} if tags else {"prefix": prefix})


def _policy(value: Any) -> Companion:
    return _companion("policy", "policy", {"policy": value})


def _cors(value: Any) -> Companion:
    return _companion("cors_rule", "cors_configuration", {"cors_rule": value})


def _object_lock(value: Any) -> Companion:
    names = ("object_lock_enabled", "rule")
    moved = {f"object_lock_configuration.0.{name}": name for name in names}
    return _companion("object_lock_configuration", "object_lock_configuration", only(value, *names), moved)


def _payer(value: Any) -> Companion | None:
    # The owner pays unless told otherwise, and a state says so of every bucket.
    if value == "BucketOwner":
        return None
    return _companion("request_payer", "request_payment_configuration", {"payer": value}, {"request_payer": "payer"})


def _acceleration(value: Any) -> Companion:
    moved = {"acceleration_status": "status"}
    return _companion("acceleration_status", "accelerate_configuration", {"status": value}, moved)


def _website(value: Any) -> Companion:
    names = ("index_document", "error_document", "redirect_all_requests_to", "routing_rules")
    old = only(value, *names)
    wrapped = {"index_document": "suffix", "error_document": "key", "redirect_all_requests_to": "host_name"}
    new = {name: [{wrapped[name]: text}] if name in wrapped else text for name, text in old.items()}
    return _companion("website", "website_configuration", new, {f"website.0.{name}": name for name in names})


def _replication(value: Any) -> Companion:
    inline = "replication_configuration"
    attributes = only(value, "role") | {"rule": each(inner(value, "rules"), _replication_rule)}
    return _companion(inline, inline, attributes, {f"{inline}.0.rules": "rule", f"{inline}.0.role": "role"})


def _replication_rule(old: _Block) -> _Block:
    removal = old.get("delete_marker_replication_status")
    return {
        **{name: old.get(name) for name in ("id", "priority", "prefix", "status")},
        "filter": each(old.get("filter"), _filter),
        "destination": each(old.get("destination"), _destination),
        "source_selection_criteria": each(old.get("source_selection_criteria"), _selection),
        "delete_marker_replication": [{"status": removal}] if removal is not None else None,
    }


def _destination(old: _Block) -> _Block:
    key = old.get("replica_kms_key_id")
    return {
        **{name: old.get(name) for name in ("bucket", "storage_class", "access_control_translation")},
        "account": old.get("account_id"),
        "encryption_configuration": [{"replica_kms_key_id": key}] if key is not None else None,
        "replication_time": each(old.get("replication_time"), lambda block: _minutes(block, "time")),
        "metrics": each(old.get("metrics"), lambda block: _minutes(block, "event_threshold")),
    }


def _minutes(old: _Block, name: str) -> _Block:
    minutes = old.get("minutes")
    return {"status": old.get("status"), name: [{"minutes": minutes}] if minutes is not None else None}


def _selection(old: _Block) -> _Block:
    def encrypted(block: _Block) -> _Block:
        return {"status": word(block.get("enabled"), "Enabled", "Disabled")}

    return {"sse_kms_encrypted_objects": each(old.get("sse_kms_encrypted_objects"), encrypted)}


def _acl(value: Any) -> Companion | None:
    # Every bucket is private until an ACL says more, and provider 3.x plans "private" where nothing is set.
    return None if value == "private" else _companion("acl", "acl", {"acl": value})


def _grants(value: Any) -> Companion:
    grants = [grant for old in value for grant in _grant(old)] if isinstance(value, list) else value
    policy = grants if isinstance(grants, Unknown) else [{"grant": grants}]
    moved = {"grant": "access_control_policy.0.grant"}
    return _companion("grant", "acl", {"access_control_policy": policy}, moved)


def _grant(old: Any) -> Iterator[Any]:
    """One grant for each permission, as newer providers have it."""
    if not isinstance(old, dict):
        yield old
        return
    permissions = old.get("permissions")
    grantee = drop_unset({name: old.get(name) for name in ("id", "type", "uri")})
    for permission in permissions if isinstance(permissions, list) else [permissions]:
        yield drop_unset({"permission": permission, "grantee": [grantee]})


_PARTS: dict[str, Callable[[Any], Companion | None]] = {
    "acceleration_status": _acceleration,
    "acl": _acl,
    "cors_rule": _cors,
    "grant": _grants,
    "lifecycle_rule": _lifecycle,
    "logging": _logging,
    "object_lock_configuration": _object_lock,
    "policy": _policy,
    "replication_configuration": _replication,
    "request_payer": _payer,
    "server_side_encryption_configuration": _encryption,
    "versioning": _versioning,
    "website": _website,
}

INLINE = tuple(_PARTS)
TYPES = tuple(
    f"aws_s3_bucket_{kind}"
    for kind in (
        "accelerate_configuration",
        "acl",
        "cors_configuration",
        "lifecycle_configuration",
        "logging",
        "object_lock_configuration",
        "policy",
        "replication_configuration",
        "request_payment_configuration",
        "server_side_encryption_configuration",
        "versioning",
        "website_configuration",
    )
)


def companions(attributes: Mapping[str, Any]) -> Iterator[Companion]:
    """The companions of a bucket, of those of its inline arguments that are given."""
    for name, value in attributes.items():
        if companion := _PARTS[name](value):
            yield companion
