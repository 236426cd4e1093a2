"""Settings of Redshift whose default is not the same in every version of the provider."""

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

CLUSTER = resource("aws_redshift_cluster.c")


def settings(*versions):
    for number, version in enumerate(versions):
        yield resource(f"terraform_settings.s{number}", required_providers={"aws": {"version": version}})


@pytest.mark.parametrize(
    ("versions", "encrypted"),
    [
        (["~> 5.0"], False),
        (["~> 6.2"], True),
        (["5.31.0"], False),
        ([">= 6.0"], True),
        ([">= 5.0, < 6.0.0"], False),
        (["<= 5.99"], False),
        ([">= 4.0", "~> 6.0"], True),
        (["~> 6.0.0-beta1"], True),
    ],
)
def test_the_version_of_the_provider_decides_what_unset_means(versions, encrypted):
    assert fact("redshift.encrypted", CLUSTER, *settings(*versions)) is encrypted
    assert fact("redshift.publicly_accessible", CLUSTER, *settings(*versions)) is not encrypted


@pytest.mark.parametrize("version", [">= 5.0", "~> 5", "< 6.1", "!= 5.1", "any", None, ELSEWHERE])
def test_without_a_bound_between_them_both_defaults_are_possible(version):
    assert is_unknown(fact("redshift.encrypted", CLUSTER, *settings(version)))


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("true", True), (False, False), ("false", False)])
def test_what_is_set_counts(value, expected):
    assert fact("redshift.encrypted", resource("aws_redshift_cluster.c", encrypted=value)) is expected
