import msgspec
import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

from cloudaudit.model import Origin

REPOSITORY = resource("github_repository.shop", name="shop")
MINE = ref("github_repository.shop.node_id")


def classic(pattern="main", **review):
    reviews = {"required_pull_request_reviews": [review]} if review else {}
    return resource("github_branch_protection.main", repository_id=MINE, pattern=pattern, **reviews)


def ruleset(include=("~DEFAULT_BRANCH",), count=1, enforcement="active", target="branch"):
    return resource(
        "github_repository_ruleset.main",
        repository="shop",
        enforcement=enforcement,
        target=target,
        conditions=[{"ref_name": [{"include": list(include), "exclude": []}]}],
        rules=[{"pull_request": [{"required_approving_review_count": count}]}],
    )


@pytest.mark.parametrize("pattern", ["main", "m*", "master", "*"])
def test_a_pattern_covers_the_default_branch(pattern):
    assert fact("github.default_branch_protected", REPOSITORY, classic(pattern)) is True


def test_a_pattern_of_other_branches_does_not():
    assert fact("github.default_branch_protected", REPOSITORY, classic("release/*")) is False
    assert fact("github.default_branch_protected", REPOSITORY) is False


def test_the_default_branch_may_be_called_otherwise():
    chosen = resource("github_branch_default.shop", repository="shop", branch="trunk")

    assert fact("github.default_branch_protected", REPOSITORY, chosen, classic("main")) is False
    assert fact("github.default_branch_protected", REPOSITORY, chosen, classic("trunk")) is True


def test_a_pattern_that_is_not_known():
    assert is_unknown(fact("github.default_branch_protected", REPOSITORY, classic(ELSEWHERE)))


def test_a_pattern_that_refers_to_the_default_branch():
    assert (
        fact("github.default_branch_protected", REPOSITORY, classic(ref("github_branch_default.shop.branch"))) is True
    )


def test_a_ruleset_counts_when_it_is_in_force_for_branches():
    assert fact("github.default_branch_protected", REPOSITORY, ruleset()) is True
    assert fact("github.default_branch_protected", REPOSITORY, ruleset(("refs/heads/main",))) is True
    assert fact("github.default_branch_protected", REPOSITORY, ruleset(enforcement="evaluate")) is False
    assert fact("github.default_branch_protected", REPOSITORY, ruleset(target="tag")) is False


def test_a_review_is_asked_for():
    assert fact("github.default_branch_reviewed", REPOSITORY, ruleset()) is True
    assert fact("github.default_branch_reviewed", REPOSITORY, ruleset(count=0)) is False
    assert fact("github.default_branch_reviewed", REPOSITORY, classic(required_approving_review_count=2)) is True
    assert fact("github.default_branch_reviewed", REPOSITORY, classic(dismiss_stale_reviews=True)) is False
    assert is_unknown(
        fact("github.default_branch_reviewed", REPOSITORY, classic(required_approving_review_count=ELSEWHERE))
    )


def test_a_protection_of_another_repository_does_not_count():
    other = resource("github_repository.other", name="other")
    theirs = resource(
        "github_branch_protection.theirs", repository_id=ref("github_repository.other.node_id"), pattern="main"
    )

    assert fact("github.default_branch_protected", REPOSITORY, other, theirs) is False


def test_a_secret_from_a_resource_or_a_variable_is_not_written_out():
    def written(value):
        return fact("github.secret_is_written", resource("github_actions_secret.s", plaintext_value=value))

    assert written("hunter2") is True
    assert written(None) is False
    assert written(ref("random_password.p.result")) is False
    assert written(ELSEWHERE) is False


def test_a_plan_does_not_tell_where_a_secret_comes_from():
    secret = resource("github_actions_secret.s", plaintext_value="hunter2")

    assert is_unknown(fact("github.secret_is_written", msgspec.structs.replace(secret, origin=Origin.PLAN)))
