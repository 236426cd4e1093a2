"""What roots, settings and policies say of environments."""

from pathlib import Path
from typing import Any

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

from cloudaudit import app
from cloudaudit.facts.environment.places import placed
from cloudaudit.model import Finding, Verdict
from cloudaudit.settings import Settings

BACKEND = """
terraform {{
  backend "s3" {{
    bucket = "acme-state"
    key    = "network.tfstate"
    {more}
  }}
}}
resource "aws_sqs_queue" "q" {{}}
"""


def write(folder: Path, files: dict[str, str]) -> None:
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def judged(folder: Path, rule: str, settings: Settings | None = None) -> dict[str, Finding]:
    request = app.Request(targets=(str(folder),), only=(rule,), settings=settings or Settings())
    return {finding.root: finding for finding in app.scan(request).findings}


def test_roots_of_two_environments_share_a_bucket_for_their_state(tmp_path: Path) -> None:
    write(tmp_path, {f"envs/{name}/main.tf": BACKEND.format(more="") for name in ("prod", "dev")})

    found = judged(tmp_path, "environment-state-bucket-shared")

    assert {root: finding.verdict for root, finding in found.items()} == {
        "envs/dev": Verdict.FAIL,
        "envs/prod": Verdict.FAIL,
    }
    assert found["envs/dev"].message == (
        "The state of this root (dev by path envs/dev) lies with envs/prod (prod by path envs/prod)."
    )


@pytest.mark.parametrize("form", ['role_arn = "{}"', 'assume_role = {{ role_arn = "{}" }}'])
def test_roles_of_their_own_keep_states_in_one_bucket_apart(tmp_path: Path, form: str) -> None:
    role = "arn:aws:iam::111122223333:role/state-{}"
    write(
        tmp_path,
        {f"envs/{name}/main.tf": BACKEND.format(more=form.format(role.format(name))) for name in ("prod", "dev")},
    )

    found = judged(tmp_path, "environment-state-bucket-shared")

    assert {finding.verdict for finding in found.values()} == {Verdict.PASS}


def test_words_of_the_settings_name_environments(tmp_path: Path) -> None:
    text = """
resource "aws_kms_key" "k" {
  tags = { Environment = "gold" }
}
resource "aws_ebs_volume" "v" {
  kms_key_id = aws_kms_key.k.arn
  tags       = { Environment = "production" }
}
"""
    write(tmp_path, {"main.tf": text})
    rule = "environment-kms-key-not-shared"

    assert judged(tmp_path, rule)["."].verdict is Verdict.FAIL
    known = Settings(environment_names={"gold": "prod"})
    assert judged(tmp_path, rule, known)["."].verdict is Verdict.PASS


def test_accounts_networks_and_ranges_are_told_in_one_table() -> None:
    told = placed({"111122223333": "prod", "vpc-0a1b2c3d": "dev", "10.0.0.0/8": "prod"})

    assert told == {
        "account_map": {"111122223333": "prod"},
        "places": {"vpc-0a1b2c3d": "dev", "10.0.0.0/8": "prod"},
    }


def test_a_network_of_the_settings_is_joined() -> None:
    peering = resource("aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.a.id"), peer_vpc_id="vpc-0a1b2c3d")
    network = resource("aws_vpc.a", tags={"Environment": "prod"})

    [row] = fact("environment.joins", peering, network, places={"vpc-0a1b2c3d": "dev"})

    assert (row["other"], row["theirs"], row["theirs_by"], row["crosses"]) == (
        "vpc-0a1b2c3d",
        "dev",
        "settings vpc-0a1b2c3d",
        True,
    )


def test_the_owner_of_a_network_tells_its_environment() -> None:
    peering = resource(
        "aws_vpc_peering_connection.p",
        vpc_id=ref("aws_vpc.a.id"),
        peer_vpc_id="vpc-0fedcba9876543210",
        peer_owner_id="222233334444",
    )
    network = resource("aws_vpc.a", tags={"Environment": "prod"})

    joined = fact("environment.joins", peering, network, account_map={"222233334444": "dev"})

    assert [(row["other"], row["crosses"]) for row in joined] == [("222233334444", True)]
    assert fact("environment.joins", peering, network, account_map={"222233334444": "prod"}) == []
    assert is_unknown(fact("environment.joins", peering, network)[0]["crosses"])


def test_what_is_told_by_a_parent_says_so() -> None:
    subnet = resource("aws_subnet.s", vpc_id=ref("aws_vpc.v.id"))
    network = resource("aws_vpc.v", tags={"Environment": "prod"})

    assert fact("environment.basis", subnet, network) == "its aws_vpc.v, tag Environment"


def role(*statements: dict[str, Any], **tags: str) -> Any:
    return resource("aws_iam_role.r", tags=tags or {"Environment": "prod"}, assume_role_policy=policy(*statements))


def test_a_role_of_the_same_account_may_still_be_of_another_environment() -> None:
    statement = {"Principal": {"AWS": "arn:aws:iam::111122223333:role/acme-dev-admin"}, "Action": "sts:AssumeRole"}
    root = {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    home = {"account": "111122223333"}

    assert fact("environment.principals", role(statement), **home)[0]["crosses"] is True
    assert fact("environment.principals", role(root), **home) == []


def test_principals_of_aws_are_of_no_environment() -> None:
    delivery = {"Principal": {"AWS": "arn:aws:iam::127311923021:root"}, "Action": "s3:PutObject"}
    bucket = resource("aws_s3_bucket.b", tags={"Environment": "prod"}, policy=policy({**delivery, "Resource": "*"}))

    assert fact("environment.principals", bucket) == []


@pytest.mark.parametrize(
    ("actions", "writes"),
    [
        (["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], False),
        (["ecr:BatchGetImage", "ecr:PutImage"], True),
        (["ecr:*"], True),
    ],
)
def test_reading_is_told_from_writing(actions: list[str], writes: bool) -> None:
    statement = {"Principal": {"AWS": "222233334444"}, "Action": actions}
    repository = resource("aws_ecr_repository.r", tags={"Environment": "prod"})
    attached = resource("aws_ecr_repository_policy.p", repository=ref("aws_ecr_repository.r.name"))
    attached.attributes["policy"] = policy(statement)  # type: ignore[index]

    [row] = fact("environment.principals", repository, attached, account_map={"222233334444": "dev"})

    assert row["writes"] is writes


def test_people_are_those_who_need_no_second_factor() -> None:
    who = [
        "arn:aws:iam::111122223333:user/anna",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a",
        "111122223333",
        "arn:aws:iam::111122223333:role/runner",
    ]
    trust = {"Principal": {"AWS": who}, "Action": "sts:AssumeRole"}
    guarded = {**trust, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}

    assert [row["to"] for row in fact("environment.people", role(trust))] == who[:3]
    assert fact("environment.people", role(guarded)) == []


def test_attachments_that_share_a_default_route_table_are_joined() -> None:
    gateway = resource("aws_ec2_transit_gateway.g")

    def attachment(name: str, environment: str, **flags: Any) -> Any:
        return resource(
            f"aws_ec2_transit_gateway_vpc_attachment.{name}",
            transit_gateway_id=ref("aws_ec2_transit_gateway.g.id"),
            tags={"Environment": environment},
            **flags,
        )

    off = {"transit_gateway_default_route_table_association": False}
    silent = {**off, "transit_gateway_default_route_table_propagation": False}
    prod = attachment("a", "prod")
    assert len(fact("environment.joins", gateway, prod, attachment("b", "dev"))) == 2
    assert len(fact("environment.joins", gateway, prod, attachment("b", "dev", **off))) == 1
    assert fact("environment.joins", gateway, prod, attachment("b", "dev", **silent)) == []
    doubtful = {**silent, "transit_gateway_default_route_table_association": ELSEWHERE}
    hidden = attachment("b", "dev", **doubtful)
    assert [is_unknown(row["crosses"]) for row in fact("environment.joins", gateway, prod, hidden)] == [True]


def test_a_range_that_two_environments_use_tells_nothing() -> None:
    group = resource("aws_security_group.g", tags={"Environment": "prod"}, ingress=[{"cidr_blocks": ["10.1.2.0/24"]}])
    dev = {"10.1.0.0/16": "dev"}

    assert fact("environment.ranges", group, places=dev)[0]["crosses"] is True
    assert fact("environment.ranges", group, places={"10.2.0.0/16": "dev"}) == []
    assert is_unknown(fact("environment.ranges", group, places={**dev, "10.0.0.0/8": "prod"})[0]["crosses"])


@pytest.mark.parametrize(("ours", "theirs", "severity"), [("prod", "dev", "critical"), ("dev", "prod", "medium")])
def test_a_way_into_production_weighs_most(tmp_path: Path, ours: str, theirs: str, severity: str) -> None:
    text = f"""
resource "aws_iam_role" "r" {{
  tags               = {{ Environment = "{ours}" }}
  assume_role_policy = jsonencode({{
    Statement = [{{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = {{ AWS = "arn:aws:iam::111122223333:role/{theirs}-x" }}
    }}]
  }})
}}
"""
    write(tmp_path, {"main.tf": text})

    found = judged(tmp_path, "environment-role-trust-within")["."]

    assert (found.verdict, found.severity) == (Verdict.FAIL, severity)


def test_a_failure_that_leads_into_production_weighs_the_same_from_everywhere(tmp_path: Path) -> None:
    text = """
resource "aws_dynamodb_table" "t" {
  tags = { Environment = "prod" }
}
resource "aws_lambda_function" "f" {
  tags = { Environment = "dev" }
  environment {
    variables = { TABLE = aws_dynamodb_table.t.arn }
  }
}
"""
    write(tmp_path, {"main.tf": text})

    assert judged(tmp_path, "environment-database-not-shared")["."].severity == "high"
