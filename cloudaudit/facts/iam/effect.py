"""What statements allow once the denials are taken away."""

from collections.abc import Iterable

from cloudaudit.facts.iam.conditions import excludes, limited
from cloudaudit.facts.iam.document import Condition, Document, Statement, Text, is_settled, sketch
from cloudaudit.facts.iam.patterns import allows_action, common, covers, is_wild, matches
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.model import Unknown


def action_patterns(statement: Statement) -> tuple[Text, ...]:
    """The patterns of actions that the statement names; "*" stands for everything but what NotAction excepts."""
    return ("*",) if statement.not_actions is not None else statement.actions


def covers_action(statement: Statement, pattern: Text) -> Truth:
    """Whether the statement names what `pattern` stands for, apart from what its own NotAction excepts of that."""
    if isinstance(pattern, Unknown):
        everything = any(isinstance(each, str) and is_wild(each) for each in statement.actions)
        return True if everything else pattern
    lower = pattern.lower()
    if statement.not_actions is not None:
        return all_of(
            member if isinstance(member, Unknown) else not covers(member.lower(), lower)
            for member in statement.not_actions
        )
    return any_of(
        member if isinstance(member, Unknown) else covers(member.lower(), lower) for member in statement.actions
    )


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
    return any_of(_unlimited(resource, "*") for resource in statement.resources)


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


def _unlimited(resource: Text, action: Text) -> Truth:
    """Whether an ARN stands for all resources of its kind: arn:aws:iam::*:role/*, but not arn:aws:s3:::bucket/*.

    Actions of IAM work on resources of IAM only: iam:PassRole on arn:aws:s3:::* passes nothing.
    """
    if isinstance(resource, Unknown) and not resource.prefix:
        return _starts(resource)
    text = sketch(resource)
    if is_wild(text):
        return True
    parts = text.split(":", 5)
    if parts[0] != "arn" or (_of_iam(action) and not matches(parts[2] if len(parts) > 2 else "*", "iam")):
        return False
    if len(parts) < 6:
        return text.endswith("*")  # "arn:aws:s3*": the wildcard takes the rest of the ARN too
    kind, separator, name = parts[5].replace("/", ":", 1).partition(":")
    return is_wild(name if separator and parts[2] not in _NAMED_FIRST else kind)


def resource_patterns(statement: Statement) -> tuple[Text, ...]:
    """The resources that the statement is about; "*" where it names none or only says which it is not about."""
    if statement.not_resources is None:
        return statement.resources or ("*",)
    return () if any(isinstance(each, str) and is_wild(each) for each in statement.not_resources) else ("*",)


def _of_iam(action: Text) -> bool:
    return isinstance(action, str) and action.lower().startswith("iam:")


def _whole_kind(resources: Iterable[Text], action: Text) -> bool:
    """Whether all resources that an action of IAM knows are among them: arn:aws:iam::111111111111:role/* of
    iam:PassRole."""
    return _of_iam(action) and any(
        isinstance(each, str)
        and _unlimited(each, action) is True
        and each.split(":", 5)[-1].partition("/")[0] in str(action).lower()
        for each in resources
    )


def covers_resource(statement: Statement, resource: Text) -> Truth:
    """Whether the statement is about what `resource` stands for, apart from what its own NotResource excepts of it."""
    if statement.not_resources is not None:
        return all_of(negate(_covered(excepted, resource)) for excepted in statement.not_resources)
    if not statement.resources:
        return True
    return any_of(_covered(outer, resource) for outer in statement.resources)


def _covered(outer: Text, inner: Text) -> Truth:
    if isinstance(outer, str):
        if is_wild(outer) or isinstance(inner, str):
            return is_wild(outer) or covers(outer, str(inner))
        reaches = inner.prefix + "*"
        return True if covers(outer, reaches) else inner if common(outer, reaches) else False
    if isinstance(inner, Unknown):
        # Two texts about the same resource: "${aws_s3_bucket.b.arn}/*" covers "${aws_s3_bucket.b.arn}/logs".
        same = bool(outer.refs) and outer.refs == inner.refs
        return True if same and (outer == inner or _written_alike(outer, inner)) else outer
    return False if is_wild(inner) and _everything(outer) is False else outer


def _written_alike(outer: Unknown, inner: Unknown) -> bool:
    return is_settled(outer) and is_settled(inner) and covers(sketch(outer), sketch(inner))


def taken(document: Document, statement: Statement, action: Text, resource: Text, *, outsiders: bool = False) -> Truth:
    """Whether some denial takes away `action` on `resource` from `statement`, apart from what that denial excepts.

    With `outsiders`, a denial of everybody except known callers counts: it takes the action from all others.
    """
    causes = list(document.doubts)
    for denial in document.denies:
        truth = _takes(denial, statement, action, resource, outsiders)
        if truth is True:
            return True
        causes += [truth.because] if isinstance(truth, Unknown) else []
    return unknown(causes) if causes else False


def _takes(denial: Statement, statement: Statement, action: Text, resource: Text, outsiders: bool) -> Truth:
    """The same of one denial. Most are about something else: that is asked first."""
    named = covers_action(denial, action)
    if named is False:
        return False
    about = (not outsiders and _whole_kind(denial.resources, action)) or covers_resource(denial, resource)
    if about is False:
        return False
    met = (_is_met(condition, statement, outsiders) for condition in denial.conditions)
    doubt: list[Truth] = [unknown(denial.doubt)] if denial.doubt else []
    return all_of([named, about, _hits_outsiders(denial), *met, *doubt])


def _is_met(condition: Condition, statement: Statement, outsiders: bool) -> Truth:
    """Whether the condition of a denial holds for all whom the denial is asked about: it may repeat the allowance's."""
    repeats = (_is_repeated(condition, own) for own in statement.conditions)
    return any_of([*repeats, outsiders and excludes(condition)])


def _is_repeated(condition: Condition, own: Condition) -> Truth:
    if (condition.operator, condition.key) != (own.operator, own.key):
        return False
    hidden = [value.because for value in (*condition.values, *own.values) if isinstance(value, Unknown)]
    return True if condition == own else unknown(hidden) if hidden else False


def _hits_outsiders(denial: Statement) -> Truth:
    """Whether the denial is about everybody, or everybody but named principals; identity policies name nobody."""
    if denial.not_principals is not None or denial.principals is None:
        return True
    return any_of(
        name if isinstance(name, Unknown) else name == "*" and kind == "AWS" for kind, name in denial.principals
    )


def action_remains(document: Document, statement: Statement, action: Text) -> list[Text]:
    """`action`, and those parts of it that some denial excepts, without what the statement itself excepts."""
    parts = _with_exceptions(action, document.excepted_actions, fold=True)
    excepted = statement.not_actions or ()
    return [part for part in parts if not _is_excepted(part, excepted, fold=True)]


def resource_remains(document: Document, statement: Statement) -> list[Text]:
    """The resources of the statement, and those parts of them that some denial excepts."""
    excepted = statement.not_resources or ()
    parts = [
        part
        for resource in resource_patterns(statement)
        for part in _with_exceptions(resource, document.excepted_resources, fold=False)
    ]
    return [part for part in parts if not _is_excepted(part, excepted, fold=False)]


def _with_exceptions(pattern: Text, excepted: tuple[Text, ...], *, fold: bool) -> list[Text]:
    parts: dict[Text, None] = {pattern: None}
    if isinstance(pattern, Unknown):
        return [pattern]
    for member in excepted:
        if isinstance(member, Unknown):
            parts[member] = None
        elif (shared := common(pattern.lower(), member.lower()) if fold else common(pattern, member)) is not None:
            parts[shared] = None
    return list(parts)


def _is_excepted(part: Text, excepted: tuple[Text, ...], *, fold: bool) -> bool:
    """Whether the part is certainly among the exceptions."""
    if isinstance(part, Unknown):
        return False
    text = part.lower() if fold else part
    return any(covers(each.lower() if fold else each, text) for each in excepted if isinstance(each, str))


def left(document: Document, statement: Statement, action: Text, resource: Text, *, outsiders: bool = False) -> Truth:
    """Whether the statement really allows `action` on `resource`: it excepts neither, and no denial takes it away."""
    return all_of(
        [
            statement.not_actions is None or covers_action(statement, action),
            statement.not_resources is None or covers_resource(statement, resource),
            negate(taken(document, statement, action, resource, outsiders=outsiders)),
        ]
    )


def denied(document: Document, statement: Statement, pattern: Text, *, outsiders: bool = False) -> Truth:
    """Whether denials take away all of the actions `pattern` that `statement` allows, on all of its resources."""
    if not document.denies and statement.not_actions is None and statement.not_resources is None:
        return unknown(document.doubts) if document.doubts else False
    resources = resource_remains(document, statement)
    return negate(
        any_of(
            left(document, statement, action, resource, outsiders=outsiders)
            for action in action_remains(document, statement, pattern)
            for resource in resources
        )
    )


def open_wide(document: Document, statement: Statement, action: Text) -> Truth:
    """Whether `action` is allowed by the statement on all resources of a kind, and not denied there again."""
    resources = (
        all_of([_unlimited(resource, action), left(document, statement, action, resource)])
        for resource in resource_remains(document, statement)
    )
    kept = not _whole_kind(statement.not_resources or (), action)
    return all_of([kept, negate(limited(statement)), any_of(resources)])


def open_to_all(document: Document, statement: Statement, action: Text) -> Truth:
    """Whether `action` is allowed by the statement on every resource there is, and not denied there again."""
    resources = (
        all_of([_everything(resource), left(document, statement, action, resource)])
        for resource in resource_patterns(statement)
    )
    return all_of([negate(limited(statement)), any_of(resources)])


def allowed(document: Document, action: str) -> Truth:
    """Whether `action` is allowed on all resources of its kind without a condition that limits it."""
    about = ((statement, named) for statement in document.allows if (named := names_action(statement, action)))
    return any_of(all_of([named, open_wide(document, statement, action)]) for statement, named in about)


def with_doubts(document: Document, truth: Truth) -> Truth:
    """`truth`, or unknown where it is false only as far as we can read."""
    return unknown(document.doubts) if truth is False and document.doubts else truth


def first_unknown(truths: Iterable[Truth]) -> list[str]:
    """The causes of those that are unknown."""
    return [truth.because for truth in truths if isinstance(truth, Unknown)]
