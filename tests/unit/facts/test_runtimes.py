import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource


@pytest.mark.parametrize("runtime", ["nodejs14.x", "python2.7", "go1.x", "provided"])
def test_runtimes_that_have_ended(runtime):
    assert fact("runtimes.ended", resource("aws_lambda_function.f", runtime=runtime)) is True


@pytest.mark.parametrize("runtime", ["nodejs22.x", "python3.13", "provided.al2023", None])
def test_runtimes_that_have_not(runtime):
    assert fact("runtimes.ended", resource("aws_lambda_function.f", runtime=runtime)) is False


def test_a_runtime_that_is_not_known():
    assert is_unknown(fact("runtimes.ended", resource("aws_lambda_function.f", runtime=ELSEWHERE)))
