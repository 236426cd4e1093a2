"""One estate read in several ways gives one graph and one set of verdicts, or says that it does not know.

The twin in fixtures/ was planned and applied by the real Terraform; `make fixtures` does it again. The larger estate
beside this repository is read only where it is there.
"""

import gzip
from pathlib import Path
from typing import Any

import pytest

from cloudaudit import check, load
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Unknown, Verdict
from cloudaudit.sources import Options

REPOSITORY = Path(__file__).parents[2]
TWIN = REPOSITORY / "fixtures/terraform/twin"
SHARED = REPOSITORY.parent / "shared/terraform"
# A state shows this block of provider 3.x also where nobody wrote it.
FILLED_IN = 'module.bucket["logs"].aws_s3_bucket.this/versioning'
KNOWN = {Verdict.PASS, Verdict.FAIL}


def only(target: Path, **options: Any) -> ResourceGraph:
    (graph,) = load(target, Options(**options))
    return graph


@pytest.fixture(scope="module")
def source() -> ResourceGraph:
    (graph,) = (graph for graph in load(TWIN) if graph.root.endswith("twin"))
    return graph


def addresses(graph: ResourceGraph) -> set[str]:
    """Of what exists; what is only declared, a state does not show."""
    return {resource.address for resource in graph if not resource.type.startswith("terraform_")} - {FILLED_IN}


def links(graph: ResourceGraph) -> set[tuple[str, str, str]]:
    """By address: the keys of source have the root before them."""
    names = {resource.key: resource.address for resource in graph}
    found = {(names[link.source], names[link.target], link.attribute) for link in graph.links()}
    return {row for row in found if FILLED_IN not in row}


def contradictions(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two values are both known, both set, and differ."""
    if isinstance(one, Unknown) or isinstance(other, Unknown) or one is None or other is None:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        return [text for name in one for text in contradictions(one[name], other.get(name), f"{path}.{name}")]
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return [f"{path}: {len(one)} and {len(other)} members"]
        pairs = zip(one, other, strict=True)
        return [text for index, pair in enumerate(pairs) for text in contradictions(*pair, f"{path}.{index}")]
    return [] if one == other else [f"{path}: {one!r} and {other!r}"]


def disagreements(one: ResourceGraph, other: ResourceGraph) -> list[str]:
    """Findings that one graph passes and the other fails, and known ones on a resource of both that only one has."""
    first, second = (
        {(finding.rule, finding.address): finding.verdict for finding in check(graph)} for graph in (one, other)
    )
    shared = addresses(one) & addresses(other)
    missing = [key for key in first.keys() ^ second.keys() if key[1] in shared and {**first, **second}[key] in KNOWN]
    opposed = [key for key in first.keys() & second.keys() if {first[key], second[key]} == KNOWN]
    return sorted(f"{rule} on {address}" for rule, address in missing + opposed)


@pytest.mark.parametrize("form", ["plan.json", "state.json", "terraform.tfstate"])
def test_the_twin_has_the_same_resources_links_and_values_in_all_forms(source: ResourceGraph, form: str) -> None:
    other = only(TWIN / form)

    theirs = {resource.address: resource.attributes for resource in other}
    assert addresses(other) == addresses(source)
    assert links(other) == links(source)
    assert [
        f"{resource.address}{text}"
        for resource in source
        if resource.address in theirs
        for text in contradictions(resource.attributes, theirs[resource.address])
    ] == []


@pytest.mark.parametrize("form", ["plan.json", "state.json", "terraform.tfstate"])
def test_no_rule_passes_the_twin_in_one_form_and_fails_it_in_another(source: ResourceGraph, form: str) -> None:
    assert disagreements(source, only(TWIN / form)) == []


IN_SOURCE_ONLY = {"terraform_file", "terraform_settings", "terraform_written"}


def test_a_plan_shows_what_is_declared_as_source_does(source: ResourceGraph) -> None:
    declared = [
        {each.address for each in graph if each.type.startswith("terraform_") and each.type not in IN_SOURCE_ONLY}
        for graph in (source, only(TWIN / "plan.json"))
    ]

    assert declared[0] == declared[1]


def test_both_forms_of_a_state_have_the_same_verdicts() -> None:
    shown, raw = (
        [finding.verdict for finding in check(only(TWIN / form))] for form in ("state.json", "terraform.tfstate")
    )

    assert shown == raw


@pytest.mark.skipif(not SHARED.is_dir(), reason="the larger estate is not beside this repository")
@pytest.mark.parametrize(
    ("environment", "form"),
    [("prod", "create-prod"), ("staging", "create-staging"), ("staging", "create-staging-terraform-1.0")],
)
def test_no_rule_passes_the_estate_in_source_and_fails_it_in_its_plan(
    tmp_path: Path, environment: str, form: str
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(gzip.decompress((SHARED / f"plans/{form}.json.gz").read_bytes()))
    variables = {"database_password": "Not-a-real-password-1", "beyond_emulation": "true"}
    written = only(SHARED / f"estate/envs/{environment}", variables=variables)
    planned = only(plan)

    assert addresses(planned) == addresses(written)
    # the plan was made with keys for an emulator in its provider block
    assert set(disagreements(written, planned)) - {"secrets-provider-static-credentials on provider.aws"} == set()
