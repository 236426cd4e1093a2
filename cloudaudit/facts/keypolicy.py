"""What the policy of a KMS key leaves to IAM, and whether enclaves alone may decrypt with it."""

import re

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.document import Statement, Text, read, sketch
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_TYPES = ("aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_kms_replica_key")
_ROOT = re.compile(r"arn:[^:]*:iam::[^:]*:root|\d{12}")
_ATTESTATION = "kms:recipientattestation"
_DECRYPTING = ("kms:decrypt", "kms:generatedatakey", "kms:generatedatakeypair")


def _is_default(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    document = read(resource.attributes.get("policy"))
    if document.because:
        return False if len(document.statements) > 1 else unknown(document.because)
    return document.empty or (len(document.statements) == 1 and _hands_over(document.statements[0]))


def _hands_over(statement: Statement) -> Truth:
    """Whether the statement lets IAM decide on everything, as in the policy that AWS gives a key without one."""
    if statement.conditions or statement.doubt or statement.principals is None:
        return False
    return all_of(
        [
            _is(statement.effect, "allow"),
            *(_is(action, "kms:*") for action in statement.actions or ("",)),
            *(_is_root(name) for _, name in statement.principals or (("", ""),)),
        ]
    )


def _is(text: Text, wanted: str) -> Truth:
    return text if isinstance(text, Unknown) else text.lower() == wanted


def _is_root(name: Text) -> Truth:
    known = _ROOT.fullmatch(sketch(name)) is not None
    return name if isinstance(name, Unknown) and not known and not _says_other(name) else known


def _says_other(name: Unknown) -> bool:
    """Whether what is known of the name ends like a role's or user's."""
    return ":role/" in sketch(name) or ":user/" in sketch(name)


def _for_enclaves(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    document = read(resource.attributes.get("policy"))
    named = any(_is_attested(statement) for statement in document.statements)
    return named or (unknown(document.because) if document.because else False)


def _is_attested(statement: Statement) -> bool:
    return any(condition.key.startswith(_ATTESTATION) for condition in statement.conditions)


def _unattested(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - the form of a fact
    document = read(resource.attributes.get("policy"))
    found: list[str] = []
    doubts = list(document.because)
    for number, statement in enumerate(document.statements, 1):
        open_ = _decrypts(statement) if not _is_attested(statement) else False
        if open_ is True:
            found.append(statement.sid or f"statement {number}")
        elif isinstance(open_, Unknown):
            doubts.append(open_.because)
    return certain(found, doubts)


def _decrypts(statement: Statement) -> Truth:
    """Whether the statement lets somebody other than the account itself decrypt."""
    if statement.doubt:
        return unknown(statement.doubt)
    return all_of(
        [
            _is(statement.effect, "allow"),
            any_of(_covers(action) for action in statement.actions),
            any_of(_is_somebody(name) for _, name in statement.principals or ()),
        ]
    )


def _covers(pattern: Text) -> Truth:
    if isinstance(pattern, Unknown):
        return pattern
    spelled = re.compile(".*".join(re.escape(part) for part in pattern.lower().split("*")).replace(r"\?", "."))
    return any(spelled.fullmatch(action) is not None for action in _DECRYPTING)


def _is_somebody(name: Text) -> Truth:
    root = _is_root(name)
    return root if isinstance(root, Unknown) else not root


FACTS = (
    Fact(
        name="keypolicy.is_default",
        types=_TYPES,
        compute=_is_default,
        doc="bool: the key has no policy, or the one that AWS gives every key: IAM decides on everything.",
    ),
    Fact(
        name="keypolicy.for_enclaves",
        types=_TYPES,
        compute=_for_enclaves,
        doc="bool: the policy asks for the attestation of a Nitro enclave somewhere.",
    ),
    Fact(
        name="keypolicy.unattested",
        types=_TYPES,
        compute=_unattested,
        doc="list of the statements that let roles and users decrypt without the attestation of an enclave.",
    ),
)
