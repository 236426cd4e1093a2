"""Facts about what denials are for: guardrails of an organisation, and denials that lock everybody out."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.document import Condition, Statement, Text, read, sketch
from cloudaudit.facts.iam.effect import covers_action, on_everything, with_doubts
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.iam.principals import is_everybody
from cloudaudit.facts.iam.transport import part_of_bucket
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

# What a service control policy must deny to keep an account from switching off what watches it.
_GUARDRAILS: dict[str, tuple[str, ...]] = {
    "config": ("config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder"),
    "guardduty": ("guardduty:DeleteDetector",),
    "leave": ("organizations:LeaveOrganization",),
    "trail": ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
}


def _guardrails(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - the form of a fact
    if resource.attributes.get("type", "SERVICE_CONTROL_POLICY") != "SERVICE_CONTROL_POLICY":
        return []
    document = read(resource.attributes.get("content"))
    truths: dict[str, Truth] = {
        name: all_of(any_of(_guards(part, action) for part in document.denies) for action in actions)
        for name, actions in _GUARDRAILS.items()
    }
    truths["regions"] = any_of(_keeps_to_regions(part) for part in document.denies)
    truths["root"] = any_of(_stops_root(part) for part in document.denies)
    doubts = [truth.because for truth in truths.values() if isinstance(truth, Unknown)]
    return certain([name for name, truth in truths.items() if truth is True], [*document.doubts, *doubts])


def _guards(part: Statement, action: str) -> Truth:
    """Whether the action is denied everywhere, to all or to all but some principals."""
    excepting = all(_excepts_principals(condition) for condition in part.conditions)
    doubt: list[Truth] = [unknown(part.doubt)] if part.doubt else []
    return all_of([excepting, covers_action(part, action), on_everything(part), *doubt])


def _excepts_principals(condition: Condition) -> bool:
    return condition.key.startswith("aws:principal") and "not" in condition.operator


def _keeps_to_regions(part: Statement) -> Truth:
    return any_of(
        [
            any(
                condition.key == "aws:requestedregion" and "not" in condition.operator for condition in part.conditions
            ),
            *([unknown(part.doubt)] if part.doubt else []),
        ]
    )


def _stops_root(part: Statement) -> Truth:
    return any_of(
        [
            *(_is_about_root(condition) for condition in part.conditions),
            *([unknown(part.doubt)] if part.doubt else []),
        ]
    )


def _is_about_root(condition: Condition) -> Truth:
    if condition.key != "aws:principalarn" or "not" in condition.operator:
        return False
    return any_of(value if isinstance(value, Unknown) else value.endswith(":root") for value in condition.values)


def _locks_out(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether nobody but the root user could change the policy any more."""
    document = resource_policy(resource, graph)
    return with_doubts(document, any_of(_keeps_everybody_out(part) for part in document.denies))


def _keeps_everybody_out(part: Statement) -> Truth:
    everybody = any_of(is_everybody(kind, name) for kind, name in part.principals or ())
    doubt: list[Truth] = [unknown(part.doubt)] if part.doubt else []
    bucket = any_of([part.not_resources is not None, *map(_is_bucket, part.resources)])
    return all_of([not part.conditions, everybody, covers_action(part, "s3:PutBucketPolicy"), bucket, *doubt])


def _is_bucket(resource: Text) -> Truth:
    kind = part_of_bucket(resource)
    return kind != "objects" if kind else Unknown(because=f"{sketch(resource)} may be the bucket or its objects")


FACTS = (
    Fact(
        name="iam.guardrails",
        types=("aws_organizations_policy",),
        compute=_guardrails,
        doc='list of what a service control policy keeps accounts from: "leave" the organisation, switching off the '
        '"trail", "config" or "guardduty", using other "regions", or acting as "root".',
    ),
    Fact(
        name="iam.locks_out",
        types=("aws_s3_bucket", "aws_s3_bucket_policy"),
        compute=_locks_out,
        doc="bool: the bucket's policy denies everybody, without a condition, to change the policy, so that only the "
        "root user of the account can.",
    ),
)
