"""What a security configuration of EMR encrypts."""

import json
from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, all_of, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown


def _encrypts(resource: Resource, graph: ResourceGraph) -> dict[str, Truth] | Unknown:  # noqa: ARG001 - the form of a fact
    text = resource.attributes.get("configuration")
    document = text.document if isinstance(text, Unknown) and text.document is not None else _read(text)
    if isinstance(document, Unknown):
        return document
    encryption = _inside(document, "EncryptionConfiguration")
    at_rest = _true(encryption, "EnableAtRestEncryption")
    stores = _inside(encryption, "AtRestEncryptionConfiguration")
    disk = _inside(stores, "LocalDiskEncryptionConfiguration")
    return {
        "s3": all_of([at_rest, _given(stores, "S3EncryptionConfiguration")]),
        "local_disk": all_of([at_rest, _given(stores, "LocalDiskEncryptionConfiguration")]),
        "ebs": all_of([at_rest, _true(disk, "EnableEbsEncryption")]),
        "in_transit": _true(encryption, "EnableInTransitEncryption"),
    }


def _identifies(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    """Whether users are told apart: by Kerberos, or by a role of its own for each job."""
    text = resource.attributes.get("configuration")
    document = text.document if isinstance(text, Unknown) and text.document is not None else _read(text)
    if isinstance(document, Unknown):
        return document
    roles = _inside(_inside(document, "AuthorizationConfiguration"), "IAMConfiguration")
    return any_of(
        [
            _given(_inside(document, "AuthenticationConfiguration"), "KerberosConfiguration"),
            _true(roles, "EnableApplicationScopedIAMRole"),
        ]
    )


def _read(text: object) -> Any:
    if isinstance(text, str):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return Unknown(because="configuration is not JSON")
    return text if isinstance(text, Unknown | Mapping) else {}


def _inside(value: object, name: str) -> Any:
    """A member of an object: its value, nothing if there is none, an `Unknown` if the object is not known."""
    if isinstance(value, Unknown):
        return value if value.document is None else _inside(value.document, name)
    return value.get(name) if isinstance(value, Mapping) else None


def _true(value: object, name: str) -> Truth:
    flag = _inside(value, name)
    return flag if isinstance(flag, Unknown) else str(flag).lower() == "true"


def _given(value: object, name: str) -> Truth:
    part = _inside(value, name)
    return part if isinstance(part, Unknown) and part.document is None else bool(part)


FACTS = (
    Fact(
        name="emr.encrypts",
        types=("aws_emr_security_configuration",),
        compute=_encrypts,
        doc="map to bool of what the security configuration encrypts: s3, local_disk, ebs, in_transit.",
    ),
    Fact(
        name="emr.identifies",
        types=("aws_emr_security_configuration",),
        compute=_identifies,
        doc="bool: users of a cluster with this configuration are told apart, by Kerberos or by a role for each job.",
    ),
)
