"""Who may apply changes to an environment: the roles of pipelines, and the people who may assume them as well."""

from cloudaudit.facts.environment.entries import Entry
from cloudaudit.facts.environment.roots import is_person
from cloudaudit.facts.iam.document import Statement, sketch
from cloudaudit.facts.iam.policies import trust_policy
from cloudaudit.facts.iam.principals import of_kind
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_MFA = ("aws:multifactorauthpresent", "aws:multifactorauthage")
PERSON = ("to", "certain")


def people(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The people who may assume the role, {to, certain}: users, roles of single sign-on and whole accounts, unless a
    second factor is asked for."""
    document = trust_policy(resource, graph)
    found: dict[str, Truth] = {}
    for part in document.allows:
        if _asks_for_second_factor(part):
            continue
        for name in of_kind(part, "AWS"):
            if isinstance(name, Unknown) and not is_person(sketch(name)):
                found.setdefault(sketch(name), unknown([name.because]))
            elif is_person(sketch(name)):
                found[sketch(name)] = unknown(part.doubt) if part.doubt else True
    rows: list[Entry] = [{"to": name, "certain": certain} for name, certain in found.items()]
    return rows + [{"to": Unknown(because=why), "certain": Unknown(because=why)} for why in document.doubts[:1]]


def _asks_for_second_factor(part: Statement) -> bool:
    return any(condition.key in _MFA and not condition.if_exists for condition in part.conditions)
