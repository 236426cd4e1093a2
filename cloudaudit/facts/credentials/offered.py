"""The facts about credentials that rules read."""

from cloudaudit.facts.credentials.arguments import HELD, arguments, holds_secret, is_as_written
from cloudaudit.facts.credentials.literals import (
    Found,
    ends_elsewhere,
    in_container_settings,
    in_definition,
    in_environment,
    in_user_data,
    written_shapes,
)
from cloudaudit.facts.credentials.places import DEFINITIONS, ENVIRONMENTS, SCRIPTS
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown


def _in_urls(resource: Resource, graph: ResourceGraph) -> list[str]:
    return [entry["path"] for entry in written_shapes(resource, graph) if entry["kind"] == "url-credentials"]


def _literals(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """All of it: arguments (in source), environments, scripts, definitions, and known forms anywhere."""
    found = {entry["path"]: entry for entry in written_shapes(resource, graph)}
    doubts: list[str] = []
    parts: list[Found | Unknown] = [in_user_data(resource, graph), in_definition(resource, graph)]
    if is_as_written(resource):
        parts.append(arguments(resource, graph))
    for part in parts:
        if isinstance(part, Unknown):
            doubts.append(part.because)
        else:
            found |= {entry["path"]: entry for entry in part}
    variables = in_environment(resource, graph)
    if isinstance(variables, Unknown):
        doubts.append(variables.because)
    else:
        found |= {each["variable"]: {"path": each.pop("variable"), **each} for each in map(dict, variables)}
    return unknown(doubts) if doubts and not found else [found[path] for path in sorted(found)]


_MEMBERS = ("path", "kind", "way", "what")

FACTS = (
    Fact(
        name="credentials.ends_elsewhere",
        types=("terraform_written",),
        compute=ends_elsewhere,
        doc="bool: all secrets that a local value or the arguments of a module hold are found in the resources in "
        "which they end.",
    ),
    Fact(
        name="credentials.holds_secret",
        types=tuple(HELD),
        compute=holds_secret,
        doc="bool: the name of the parameter, variable or output, the form of its value, or what the value is "
        "taken from says that it is a secret.",
    ),
    Fact(
        name="credentials.in_container_settings",
        types=("aws_batch_job_definition", "aws_ecs_task_definition"),
        compute=in_container_settings,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: secrets of containers anywhere but in their environment: in commands, "
        "options of log drivers, labels.",
    ),
    Fact(
        name="credentials.in_definition",
        types=tuple(DEFINITIONS),
        compute=in_definition,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: secrets written out in documents that the resource stores "
        "(templates, state machines, container definitions, scripts of builds).",
    ),
    Fact(
        name="credentials.in_environment",
        types=ENVIRONMENTS,
        compute=in_environment,
        members=("variable", "kind", "way", "what"),
        doc="list of {variable, kind, way, what}: the environment variables that hold a secret in plain text, "
        "by name, by the form of the value, or because a secret variable of Terraform ends there; `way` says how "
        'it got there ("var.db_password -> module.api.var.env -> module.api.aws_lambda_function.main.environment.'
        'variables.DB_PASSWORD").',
    ),
    Fact(
        name="credentials.in_urls",
        compute=_in_urls,
        doc="list of the attributes with a URL that holds user and password.",
    ),
    Fact(
        name="credentials.in_user_data",
        types=tuple(SCRIPTS),
        compute=in_user_data,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: secrets in the script that a machine runs when it starts, also "
        "in base64.",
    ),
    Fact(
        name="credentials.literal_arguments",
        compute=arguments,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: arguments such as password or auth_token that are written out, in the "
        "configuration or its variable files. Unknown in plans and states, which do not show where a value "
        "comes from.",
    ),
    Fact(
        name="credentials.literals",
        compute=_literals,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: every secret written out in the resource: arguments (in source only), "
        "environment, scripts, definitions, and known forms anywhere.",
    ),
    Fact(
        name="credentials.parameter_is_secret",
        types=("aws_ssm_parameter",),
        compute=holds_secret,
        doc="bool: the name of the parameter, or the form of its value, says that it holds a secret.",
    ),
    Fact(
        name="credentials.shapes",
        compute=written_shapes,
        members=_MEMBERS,
        doc="list of {path, kind, way, what}: credentials of a known form (AWS access keys, private keys, tokens "
        "of GitHub, GitLab, Slack, Stripe, Google ..., URLs with a password) in any attribute. Documented test values "
        "are none.",
    ),
)
