import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource


def source(text):
    return fact("pins.source", resource("terraform_module_call.m", source=text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("./network", "local"),
        ("../network", "local"),
        ("terraform-aws-modules/vpc/aws", "registry"),
        ("terraform-aws-modules/iam/aws//modules/iam-role", "registry"),
        ("app.terraform.io/acme/vpc/aws", "registry"),
        ("github.com/acme/network", "git"),
        ("git::ssh://git@example.com/network.git?ref=v1", "git"),
        ("git@github.com:acme/network.git", "git"),
        ("https://example.com/network.git//sub", "git"),
        ("https://example.com/network.zip", "archive"),
        ("s3::https://s3.amazonaws.com/modules/network.zip", "archive"),
    ],
)
def test_where_a_module_comes_from(text, kind):
    assert source(text)["kind"] == kind


@pytest.mark.parametrize("ref", ["", "?ref=main", "?ref=HEAD", "?depth=1&ref=master", "?ref=refs/heads/release"])
def test_a_branch_moves(ref):
    assert source(f"github.com/acme/network{ref}")["moves"]


@pytest.mark.parametrize("ref", ["v1.2.0", "2024-01-01", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"])
def test_a_tag_and_a_commit_do_not_move(ref):
    assert not source(f"github.com/acme/network?ref={ref}")["moves"]


def test_only_a_whole_hash_is_a_commit():
    assert source("github.com/acme/network?ref=" + "a" * 40)["commit"]
    assert not source("github.com/acme/network?ref=a1b2c3d")["commit"]


@pytest.mark.parametrize(
    ("version", "bounded"),
    [
        ("1.2.3", True),
        ("= 1.2.3", True),
        ("~> 5.0", True),
        (">= 5.0, < 6.0", True),
        (">= 5.0", False),
        ("> 5.0, != 5.3", False),
        (None, False),
    ],
)
def test_a_version_with_a_lower_bound_only_is_open(version, bounded):
    assert fact("pins.version_is_bounded", resource("terraform_module_call.m", version=version)) is bounded


def test_providers_without_an_upper_bound():
    required = {
        "aws": {"source": "hashicorp/aws", "version": ">= 5.0"},
        "old": "~> 2.0",
        "none": {"source": "acme/none"},
        "terraform": {"source": "terraform.io/builtin/terraform"},
    }
    settings = resource("terraform_settings.terraform", required_providers=required)

    assert fact("pins.open_providers", settings) == ["aws", "none"]


def test_a_version_that_is_not_known():
    settings = resource("terraform_settings.terraform", required_providers={"aws": {"version": ELSEWHERE}})

    assert is_unknown(fact("pins.open_providers", settings))
    assert is_unknown(source(ELSEWHERE))
