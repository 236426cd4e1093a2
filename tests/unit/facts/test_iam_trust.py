import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

from cloudaudit.model import Unknown

OWN = {"account_map": {"111111111111": "prod"}}
STRANGER = "arn:aws:iam::999999999999:root"
HOST = "token.actions.githubusercontent.com"


def role(principal, condition=None, **more):
    statement = {"Principal": principal, "Action": "sts:AssumeRole", **({"Condition": condition} if condition else {})}
    return resource("aws_iam_role.r", assume_role_policy=policy({**statement, **more}))


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": "arn:aws:iam::*:root"}, {"Service": "*"}])
def test_everybody_may_assume_it(principal):
    assert fact("iam.trust_wildcard", role(principal)) is True


@pytest.mark.parametrize("principal", [{"Service": "ec2.amazonaws.com"}, {"AWS": STRANGER}, {"AWS": "111111111111"}])
def test_somebody_may_assume_it(principal):
    assert fact("iam.trust_wildcard", role(principal)) is False


def test_a_wildcard_within_the_organisation_is_none():
    assert fact("iam.trust_wildcard", role("*", {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}})) is False


def test_an_external_id_alone_does_not_narrow_everybody():
    assert fact("iam.trust_wildcard", role("*", {"StringEquals": {"sts:ExternalId": "x"}})) is True


def test_a_stranger_needs_an_external_id():
    guarded = role({"AWS": STRANGER}, {"StringEquals": {"sts:ExternalId": "42"}})

    assert fact("iam.trust_missing_external_id", role({"AWS": STRANGER}), **OWN) == [STRANGER]
    assert fact("iam.trust_missing_external_id", guarded, **OWN) == []
    assert fact("iam.trust_missing_external_id", role({"AWS": "111111111111"}), **OWN) == []


def test_who_is_a_stranger_is_unknown_without_an_account_of_ours():
    assert is_unknown(fact("iam.trust_missing_external_id", role({"AWS": STRANGER})))


def test_a_key_policy_shows_our_own_account():
    statement = {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}
    key = resource("aws_kms_key.k", policy=policy(statement))

    assert fact("iam.trust_missing_external_id", role({"AWS": STRANGER}), key) == [STRANGER]


def test_people_of_another_account_show_a_second_factor_instead():
    human = role({"AWS": STRANGER}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})

    assert fact("iam.trust_missing_external_id", human, **OWN) == []
    assert fact("iam.trust_root_without_mfa", human) is False
    assert fact("iam.trust_root_without_mfa", role({"AWS": STRANGER})) is True
    assert fact("iam.trust_root_without_mfa", role({"AWS": "arn:aws:iam::999999999999:role/x"})) is False


def test_services_that_act_for_many_need_a_source():
    bound = role({"Service": "config.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "111111111111"}})

    assert fact("iam.trust_unbound_services", role({"Service": "config.amazonaws.com"})) == ["config.amazonaws.com"]
    assert fact("iam.trust_unbound_services", bound) == []
    assert fact("iam.trust_unbound_services", role({"Service": "ec2.amazonaws.com"})) == []
    assert fact("iam.trust_services", role({"Service": "ec2.amazonaws.com"})) == ["ec2.amazonaws.com"]


def github(condition=None, host=HOST, operator="StringLike"):
    principal = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{host}"}
    conditions = {operator: {f"{host}:{claim}": value for claim, value in (condition or {}).items()}}
    return role(principal, conditions if condition else None, Action="sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    "subject",
    [
        "repo:acme/app:*",
        "repo:acme/app:ref:refs/heads/main",
        "repo:acme/app:environment:prod",
        ["repo:acme/app:*", "repo:acme/web:ref:refs/heads/*"],
        "job_workflow_ref:acme/app/.github/workflows/deploy.yml@refs/heads/main",
        "repo:acme/app",
    ],
)
def test_a_subject_that_fixes_the_repository(subject):
    assert fact("iam.github_unbound", github({"sub": subject})) is False


@pytest.mark.parametrize(
    "subject",
    [
        "*", "repo:*", "repo:acme/*", "repo:acme*", "repo:*/app:*", "repo:acme/app*", "repo:acme/a?p:*", "repo:acme",
        "invalid", "workflow:deploy:repo:acme/app:*", ["repo:acme/app:*", "repo:acme/*"],
    ],
)  # fmt: skip
def test_a_subject_that_does_not(subject):
    assert fact("iam.github_unbound", github({"sub": subject})) is True


def test_without_any_subject_every_repository_is_trusted():
    assert fact("iam.github_unbound", github()) is True
    assert fact("iam.github_unbound", github({"aud": "sts.amazonaws.com"})) is True
    assert fact("iam.federation_unbound", github({"aud": "sts.amazonaws.com"})) is True
    assert fact("iam.federation_unbound", github({"sub": "repo:acme/app:*"})) is False


@pytest.mark.parametrize(
    ("host", "claims", "unbound"),
    [
        ("cognito-identity.amazonaws.com", {"aud": "eu-west-1:0a"}, False),
        ("cognito-identity.amazonaws.com", {"amr": "authenticated"}, True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/0A", {"sub": "system:serviceaccount:apps:*"}, False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/0A", {"sub": "system:serviceaccount:*:*"}, True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/0A", {"aud": "sts.amazonaws.com"}, True),
        ("id.acme.example", {"sub": "*"}, True),
        ("id.acme.example", {"groups": "admins"}, False),
    ],
)
def test_other_providers_must_hold_callers_to_something(host, claims, unbound):
    assert fact("iam.federation_unbound", github(claims, host=host)) is unbound


def test_another_claim_may_fix_the_repository():
    assert fact("iam.github_unbound", github({"repository": "acme/app"})) is False
    assert fact("iam.github_unbound", github({"repository_owner": "acme"})) is True


def test_a_negative_condition_fixes_nothing():
    assert fact("iam.github_unbound", github({"sub": "repo:acme/app:*"}, operator="StringNotLike")) is True


def test_an_unknown_subject_is_unknown():
    conditions = {"StringLike": {f"{HOST}:sub": ELSEWHERE}}
    principal = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{HOST}"}
    partial = {"Statement": {"Effect": "Allow", "Principal": principal, "Action": "*", "Condition": conditions}}
    subject = resource("aws_iam_role.r", assume_role_policy=Unknown(because="x", partial=partial))

    assert is_unknown(fact("iam.github_unbound", subject))


def test_the_provider_may_be_known_by_reference():
    partial = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": ref("aws_iam_openid_connect_provider.gh.arn")},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    }
    provider = resource("aws_iam_openid_connect_provider.gh", url=f"https://{HOST}")
    subject = resource("aws_iam_role.r", assume_role_policy=Unknown(because="x", partial=partial))

    assert fact("iam.github_trusted", subject, provider) is True
    assert fact("iam.github_unbound", subject, provider) is True


def test_branch_and_audience_are_told_apart():
    assert fact("iam.github_any_ref", github({"sub": "repo:acme/app:*"})) is True
    assert fact("iam.github_any_ref", github({"sub": "repo:acme/app:pull_request"})) is True
    assert fact("iam.github_any_ref", github({"sub": "repo:acme/app:ref:refs/heads/main"})) is False
    assert fact("iam.github_any_ref", github({"sub": "repo:acme/app:environment:prod"})) is False
    assert fact("iam.github_any_audience", github({"sub": "repo:acme/app:*"})) is True
    assert fact("iam.github_any_audience", github({"aud": "sts.amazonaws.com"})) is False


@pytest.mark.parametrize(
    ("host", "bound", "unbound"),
    [
        (
            "gitlab.com",
            "project_path:acme/app:ref_type:branch:ref:main",
            "project_path:acme/*:ref_type:branch:ref:main",
        ),
        ("gitlab.acme.example", "project_path:acme/team/app:*", "*"),
        ("agent.buildkite.com", "organization:acme:pipeline:deploy:*", "organization:acme:*"),
        ("app.terraform.io", "organization:acme:project:p:workspace:w:run_phase:*", "organization:acme:project:*"),
    ],
)
def test_other_pipelines_are_judged_by_their_own_subjects(host, bound, unbound):
    assert fact("iam.ci_unbound", github({"sub": bound}, host=host)) == []
    assert len(fact("iam.ci_unbound", github({"sub": unbound}, host=host))) == 1
    assert len(fact("iam.ci_trusted", github({"sub": bound}, host=host))) == 1


def test_an_issuer_of_ones_own_organisation_admits_no_strangers():
    open_to_all = github({"aud": "0a"}, host="oidc.circleci.com/org/0a")

    assert fact("iam.ci_trusted", open_to_all) == ["circleci"]
    assert fact("iam.ci_unbound", open_to_all) == []
    assert fact("iam.federation_unbound", open_to_all) is True


def test_saml_providers_say_themselves_who_may_assume_which_role():
    trust = {"Federated": "arn:aws:iam::111111111111:idp-of-which-the-kind-is-not-seen"}
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    subject = role(trust, condition, Action="sts:AssumeRoleWithSAML")

    assert fact("iam.federation_unbound", subject) is False


def test_a_role_of_a_service_trusts_no_pipeline():
    subject = role({"Service": "ec2.amazonaws.com"})

    assert fact("iam.github_trusted", subject) is False
    assert fact("iam.github_unbound", subject) is False
    assert fact("iam.ci_trusted", subject) == []


ADMIN = policy({"Action": "*", "Resource": "*"})
AWS_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def attached(kind, holder, arn):
    return resource(
        f"aws_iam_{kind}_policy_attachment.a", policy_arn=arn, **{kind: ref(f"aws_iam_{kind}.{holder}.name")}
    )


def test_a_role_is_admin_by_whatever_path():
    plain = resource("aws_iam_role.r")
    inline = resource("aws_iam_role.r", inline_policy=[{"policy": ADMIN}])
    own = resource("aws_iam_role_policy.p", role=ref("aws_iam_role.r.id"), policy=ADMIN)
    managed = resource("aws_iam_policy.p", policy=ADMIN)

    assert fact("iam.admin_paths", plain) == []
    assert fact("iam.admin_paths", inline) == ["aws_iam_role.r"]
    assert fact("iam.admin_paths", plain, own) == ["aws_iam_role_policy.p"]
    assert fact("iam.admin_paths", plain, attached("role", "r", AWS_ADMIN)) == [
        "aws_iam_role_policy_attachment.a: AdministratorAccess"
    ]
    assert fact("iam.admin_paths", plain, managed, attached("role", "r", ref("aws_iam_policy.p.arn"))) == [
        "aws_iam_role_policy_attachment.a"
    ]
    assert fact("iam.admin_paths", resource("aws_iam_role.r", managed_policy_arns=[AWS_ADMIN]))


def test_a_permissions_boundary_keeps_a_role_from_being_admin():
    bounded = resource(
        "aws_iam_role.r", permissions_boundary=ref("aws_iam_policy.b.arn"), managed_policy_arns=[AWS_ADMIN]
    )

    assert fact("iam.admin_paths", bounded) == []


def test_a_boundary_that_limits_nothing_or_may_be_unset_does_not():
    nothing = resource("aws_iam_role.r", permissions_boundary=AWS_ADMIN, managed_policy_arns=[AWS_ADMIN])
    unsure = resource("aws_iam_role.r", permissions_boundary=ELSEWHERE, managed_policy_arns=[AWS_ADMIN])

    assert fact("iam.admin_paths", nothing) == ["aws_iam_role.r: AdministratorAccess"]
    assert is_unknown(fact("iam.admin_paths", unsure))


def test_a_boundary_of_the_role_counts_for_its_inline_policies():
    inline = resource(
        "aws_iam_role_policy.p", role=ref("aws_iam_role.r.id"), policy=policy({"Action": "iam:*", "Resource": "*"})
    )
    bounded = resource("aws_iam_role.r", permissions_boundary=ref("aws_iam_policy.b.arn"))

    assert fact("iam.escalation_paths", inline, resource("aws_iam_role.r"))
    assert fact("iam.escalation_paths", inline, bounded) == []


def test_inline_parts_that_became_resources_are_counted_once():
    role_ = resource("aws_iam_role.r", inline_policy=[{"policy": ADMIN}])
    part = resource("aws_iam_role_policy.p", role=ref("aws_iam_role.r.id"), policy=ADMIN)
    split = part.__class__(
        **{**{f: getattr(part, f) for f in part.__struct_fields__}, "key": "aws_iam_role.r/inline_policy/0"}
    )

    assert fact("iam.admin_paths", role_, split) == [part.address]


def test_a_user_is_admin_by_its_group():
    user = resource("aws_iam_user.u", name="u")
    group = resource("aws_iam_group.g", name="g")
    membership = resource(
        "aws_iam_user_group_membership.m", user=ref("aws_iam_user.u.name"), groups=[ref("aws_iam_group.g.name")]
    )

    assert fact("iam.admin_paths", user, group, membership, attached("group", "g", AWS_ADMIN))
    assert fact("iam.admin_paths", user, group, attached("group", "g", AWS_ADMIN)) == []


def test_an_attachment_to_nobody_known_is_unknown():
    loose = resource("aws_iam_role_policy_attachment.a", role=ELSEWHERE, policy_arn=AWS_ADMIN)

    assert is_unknown(fact("iam.admin_paths", resource("aws_iam_role.r"), loose))


def test_the_name_of_an_attached_managed_policy():
    assert fact("iam.attached_managed_policy", attached("role", "r", AWS_ADMIN)) == "AdministratorAccess"
    for declared in ("aws_iam_policy.p.arn", "module.data.aws_iam_policy.p.arn"):
        assert fact("iam.attached_managed_policy", attached("role", "r", ref(declared))) == ""
    assert is_unknown(fact("iam.attached_managed_policy", attached("role", "r", ref("data.aws_iam_policy.p.arn"))))
    assert is_unknown(fact("iam.attached_managed_policy", attached("role", "r", ELSEWHERE)))


def test_escalation_may_be_spread_over_policies():
    role_ = resource("aws_iam_role.r", inline_policy=[{"policy": policy({"Action": "iam:PassRole", "Resource": "*"})}])
    other = resource(
        "aws_iam_role_policy.p",
        role=ref("aws_iam_role.r.id"),
        policy=policy({"Action": "ec2:RunInstances", "Resource": "*"}),
    )

    assert fact("iam.held_escalations", role_) == []
    assert fact("iam.held_escalations", role_, other) == ["iam:PassRole + ec2:RunInstances"]


def test_a_group_that_denies_everything_without_a_second_factor():
    denial = {
        "Effect": "Deny", "NotAction": ["iam:EnableMFADevice"], "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }  # fmt: skip
    group = resource("aws_iam_group.g", name="g")
    managed = resource("aws_iam_policy.p", policy=policy(denial))
    plain = resource(
        "aws_iam_policy.p", policy=policy({**denial, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
    )

    assert fact("iam.requires_mfa", group, managed, attached("group", "g", ref("aws_iam_policy.p.arn"))) is True
    assert fact("iam.requires_mfa", group, plain, attached("group", "g", ref("aws_iam_policy.p.arn"))) is False
    assert fact("iam.requires_mfa", group) is False


def text(*pieces):
    """A text with unknown parts, as a template makes it."""
    start = pieces[0] if isinstance(pieces[0], str) else ""
    return Unknown(
        because="a part is not known", prefix=start, partial=pieces, refs=("data.aws_caller_identity.me.id",)
    )


ACCOUNT = ref("data.aws_caller_identity.me.account_id")


def partly(principal, **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return resource("aws_iam_role.r", assume_role_policy=Unknown(because="x", partial={"Statement": statement}))


def test_the_known_parts_of_a_principal_tell_what_it_is():
    provider = {"Federated": text("arn:aws:iam::", ACCOUNT, f":oidc-provider/{HOST}")}
    subject = {"StringLike": {f"{HOST}:sub": text("repo:", ref("github_repository.app.full_name"), ":*")}}
    anything = {"StringLike": {f"{HOST}:sub": text("repo:acme/", ELSEWHERE, ":*")}}

    assert fact("iam.github_unbound", partly(provider)) is True
    assert fact("iam.github_unbound", partly(provider, Condition=anything)) is not False
    assert fact("iam.github_trusted", partly(provider, Condition=subject)) is True
    assert fact("iam.trust_root_without_mfa", partly({"AWS": text("arn:aws:iam::", ACCOUNT, ":root")})) is True
    assert fact("iam.trust_wildcard", partly({"AWS": text("arn:aws:iam::", ACCOUNT, ":root")})) is False


def test_all_roles_of_an_account_that_is_not_known_are_all_roles():
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": text("arn:aws:iam::", ACCOUNT, ":role/*")}
    subject = resource("aws_iam_policy.p", policy=Unknown(because="x", partial={"Statement": statement}))

    assert fact("iam.passes_any_role", subject) is True


def test_a_source_arn_with_unknown_region_and_account_narrows():
    arn = text("arn:aws:sns:", ref("data.aws_region.here.name"), ":", ACCOUNT, ":topic")
    condition = {"ArnLike": {"aws:SourceArn": arn}}

    assert fact("iam.trust_wildcard", partly("*", Condition=condition)) is False
