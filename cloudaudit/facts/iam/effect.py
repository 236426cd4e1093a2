"""What statements allow once the denials are taken away."""

from collections.abc import Iterable

from cloudaudit.facts.iam.conditions import excludes, limited
from cloudaudit.facts.iam.document import Document, Statement, Text, sketch
from cloudaudit.facts.iam.patterns import allows_action, covers, is_wild, matches
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.model import Unknown


def action_patterns(statement: Statement) -> tuple[Text, ...]:
    """The patterns of actions that the statement names; "*" stands for everything but what NotAction excepts."""
    return ("*",) if statement.not_actions is not None else statement.actions


def covers_action(statement: Statement, pattern: Text) -> Truth:
    """Whether the statement names every action that `pattern` stands for."""
    if isinstance(pattern, Unknown):
        return True if covers_action(statement, "*") is True else pattern
    lower = pattern.lower()
    if statement.not_actions is not None:
        return all_of(_apart(member, lower) for member in statement.not_actions)
    return any_of(
        member if isinstance(member, Unknown) else covers(member.lower(), lower) for member in statement.actions
    )


def _apart(excepted: Text, pattern: str) -> Truth:
    """Whether the excepted actions have nothing in common with `pattern` (or, with a wildcard in both, seem not to)."""
    if isinstance(excepted, Unknown):
        return excepted
    return not (matches(excepted.lower(), pattern) or matches(pattern, excepted.lower()))


def names_action(statement: Statement, action: str) -> Truth:
    """Whether the statement names the one action `action`."""
    if statement.not_actions is not None:
        return all_of(
            member if isinstance(member, Unknown) else not allows_action(member, action)
            for member in statement.not_actions
        )
    return any_of(_named(member, action) for member in statement.actions)


def _named(member: Text, action: str) -> Truth:
    if isinstance(member, str):
        return allows_action(member, action)
    if member.prefix and not action.lower().startswith(member.prefix.lower()):
        return False
    return member


def everywhere(statement: Statement) -> Truth:
    """Whether the statement is about all resources, or all of a kind ("arn:aws:iam::*:role/*")."""
    if statement.not_resources is not None:
        return True
    return any_of(_unlimited(resource) for resource in statement.resources)


def on_everything(statement: Statement) -> Truth:
    """Whether the statement is about every resource there is."""
    if statement.not_resources is not None:
        return True
    return any_of(_everything(resource) for resource in statement.resources)


def _everything(resource: Text) -> Truth:
    return is_wild(resource) if isinstance(resource, str) else _starts(resource)


def _starts(resource: Unknown) -> Truth:
    """An ARN with an unknown part is not "*"; neither is the attribute of a resource."""
    if resource.prefix:
        return False
    return (
        False if resource.refs and all("." in ref and not ref.startswith("var.") for ref in resource.refs) else resource
    )


# Services whose ARNs begin with the name of a resource, not with its kind.
_NAMED_FIRST = ("s3", "execute-api", "sqs", "sns")


def _unlimited(resource: Text) -> Truth:
    """Whether an ARN stands for all resources of its kind: arn:aws:iam::*:role/*, but not arn:aws:s3:::bucket/*."""
    if isinstance(resource, Unknown) and not resource.prefix:
        return _starts(resource)
    text = sketch(resource)
    if is_wild(text):
        return True
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return False
    kind, separator, name = parts[5].replace("/", ":", 1).partition(":")
    return is_wild(name if separator and parts[2] not in _NAMED_FIRST else kind)


def covers_resources(denial: Statement, statement: Statement) -> Truth:
    """Whether the denial is about every resource that the statement is about."""
    if denial.not_resources is not None:
        return False
    if not denial.resources:
        return True
    if statement.not_resources is not None or not statement.resources:
        return on_everything(denial)
    return all_of(any_of(_covered(outer, inner) for outer in denial.resources) for inner in statement.resources)


def _covered(outer: Text, inner: Text) -> Truth:
    if isinstance(outer, str) and is_wild(outer):
        return True
    if isinstance(outer, Unknown):
        return outer
    return inner if isinstance(inner, Unknown) else covers(outer, inner)


def denied(document: Document, statement: Statement, pattern: Text, *, outsiders: bool = False) -> Truth:
    """Whether denials take away the actions `pattern` that `statement` allows.

    With `outsiders`, a denial of everybody except known callers counts: it takes the actions from all others.
    """
    truths = [_denies(denial, statement, pattern, outsiders) for denial in document.denies]
    return any_of([*truths, *_maybe(document)])


def _maybe(document: Document) -> list[Truth]:
    """What we cannot read may be a denial."""
    return [unknown(document.doubts)] if document.doubts else []


def _denies(denial: Statement, statement: Statement, pattern: Text, outsiders: bool) -> Truth:
    escape: list[Truth] = []
    if outsiders:
        escape = [excludes(condition) for condition in denial.conditions]
    elif denial.conditions:
        return False
    doubt: list[Truth] = [unknown(denial.doubt)] if denial.doubt else []
    return all_of(
        [covers_action(denial, pattern), covers_resources(denial, statement), _hits_outsiders(denial), *escape, *doubt]
    )


def _hits_outsiders(denial: Statement) -> Truth:
    """Whether the denial is about everybody, or everybody but named principals; identity policies name nobody."""
    if denial.not_principals is not None:
        return True
    if denial.principals is None:
        return True
    return any_of(name if isinstance(name, Unknown) else name == "*" for _, name in denial.principals)


def allowed(document: Document, action: str) -> Truth:
    """Whether `action` is allowed on all resources of its kind without a condition that limits it."""
    about = ((statement, named) for statement in document.allows if (named := names_action(statement, action)))
    return any_of(
        all_of([named, everywhere(statement), negate(limited(statement)), negate(denied(document, statement, action))])
        for statement, named in about
    )


def allowed_anywhere(document: Document, action: str) -> Truth:
    """Whether `action` is allowed on some resource at all."""
    return any_of(
        all_of([names_action(statement, action), negate(denied(document, statement, action))])
        for statement in document.allows
    )


def with_doubts(document: Document, truth: Truth) -> Truth:
    """`truth`, or unknown where it is false only as far as we can read."""
    return unknown(document.doubts) if truth is False and document.doubts else truth


def first_unknown(truths: Iterable[Truth]) -> list[str]:
    """The causes of those that are unknown."""
    return [truth.because for truth in truths if isinstance(truth, Unknown)]
