"""Load balancers of both kinds. moto leaves out most settings of a balancer that nobody set; AWS lists them all."""

from pathlib import Path
from typing import Any

import pytest
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

RULES = ("alb-access-logs", "alb-drop-invalid-headers", "lb-deletion-protection", "lb-desync-mitigation")
LISTENER_RULES = ("alb-http-redirects-to-https", "lb-listener-tls-policy")
LISTENERS = [{"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80, "SSLCertificateId": "arn:aws:iam::1:c"}]


def network(account: Account) -> list[str]:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]


def balancer(account: Account, name: str, subnets: list[str], *, good: bool) -> str:
    account.client("s3").create_bucket(Bucket=f"{name}-logs")
    balancing = account.client("elbv2")
    made = balancing.create_load_balancer(Name=name, Subnets=subnets, Scheme="internal")
    arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
    given = {
        "access_logs.s3.bucket": f"{name}-logs",
        "access_logs.s3.enabled": str(good).lower(),
        "deletion_protection.enabled": str(good).lower(),
        "routing.http.desync_mitigation_mode": "strictest" if good else "monitor",
        "routing.http.drop_invalid_header_fields.enabled": str(good).lower(),
    }
    settings = [{"Key": key, "Value": value} for key, value in given.items()]
    balancing.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=settings)
    return arn


def test_balancers_are_judged_by_what_aws_says(account: Account) -> None:
    subnets = network(account)
    good, bad = (balancer(account, name, subnets, good=name == "good") for name in ("good", "bad"))

    for rule in RULES:
        assert account.audit(rule).verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}, rule


def test_a_balancer_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    balancer(account, "bad", network(account), good=False)
    source = """
      resource "aws_lb" "bad" {
        internal               = true
        load_balancer_type     = "application"
        desync_mitigation_mode = "monitor"
        access_logs {
          bucket  = "bad-logs"
          enabled = false
        }
      }
    """

    assert account.audit(*RULES).by_rule() == declared(tmp_path, source, *RULES)


def test_settings_that_are_not_told_are_unknown(account: Account) -> None:
    balancer(account, "good", network(account), good=True)
    account.deny("elasticloadbalancing:DescribeLoadBalancerAttributes")

    assert set().union(*account.audit(*RULES).by_rule().values()) == {Verdict.UNKNOWN}


def test_listeners_and_their_rules(account: Account) -> None:
    balancing = account.client("elbv2")
    arn = balancer(account, "good", network(account), good=True)
    [vpc] = {each["VpcId"] for each in balancing.describe_load_balancers()["LoadBalancers"]}
    target = balancing.create_target_group(Name="web", Port=80, Protocol="HTTP", VpcId=vpc)["TargetGroups"][0]
    forward = [{"Type": "forward", "TargetGroupArn": target["TargetGroupArn"]}]
    redirect = [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}]

    def listen(port: int, actions: list[dict[str, Any]], **more: Any) -> str:
        made = balancing.create_listener(LoadBalancerArn=arn, Port=port, DefaultActions=actions, **more)
        return str(made["Listeners"][0]["ListenerArn"])

    certificate = account.client("acm").request_certificate(DomainName="example.com")["CertificateArn"]
    tls = {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": certificate}]}
    plain, moved = listen(80, forward, Protocol="HTTP"), listen(81, redirect, Protocol="HTTP")
    new = listen(443, forward, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", **tls)
    old = listen(444, forward, SslPolicy="ELBSecurityPolicy-2016-08", **tls)
    [rule] = balancing.create_rule(
        ListenerArn=moved,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
        Actions=forward,
    )["Rules"]

    assert account.audit("alb-http-redirects-to-https").verdicts == {plain: Verdict.FAIL, moved: Verdict.PASS}
    assert account.audit("lb-listener-tls-policy").verdicts == {new: Verdict.PASS, old: Verdict.FAIL}
    assert account.audit("alb-http-rule-redirects-to-https").verdicts == {rule["RuleArn"]: Verdict.FAIL}


@pytest.mark.parametrize("good", [True, False])
def test_classic_balancers(account: Account, *, good: bool) -> None:
    classic = account.client("elb")
    [first, second] = network(account)
    protocol = "HTTPS" if good else "HTTP"
    listener = {**LISTENERS[0], "Protocol": protocol, "LoadBalancerPort": 443 if good else 80}
    if not good:
        del listener["SSLCertificateId"]
    classic.create_load_balancer(
        LoadBalancerName="old", Listeners=[listener], Subnets=[first, second] if good else [first], Scheme="internal"
    )
    classic.modify_load_balancer_attributes(
        LoadBalancerName="old",
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": good},
            "AccessLog": {"Enabled": good, **({"S3BucketName": "logs"} if good else {})},
            "AdditionalAttributes": [
                {"Key": "elb.http.desyncmitigationmode", "Value": "strictest" if good else "monitor"}
            ],
        },
    )
    rules = ("classic-elb-access-logs", "classic-elb-tls-listeners", "elb-cross-zone", "elb-multi-az")

    for rule in rules:
        assert account.audit(rule).by_rule() == {rule: {Verdict.PASS if good else Verdict.FAIL}}, rule


def test_the_policy_of_a_classic_listener_is_one_that_somebody_chose(account: Account) -> None:
    classic = account.client("elb")
    for name in ("chosen", "default"):
        classic.create_load_balancer(LoadBalancerName=name, Listeners=LISTENERS, Subnets=network(account))
    classic.create_load_balancer_policy(
        LoadBalancerName="chosen",
        PolicyName="tls",
        PolicyTypeName="SSLNegotiationPolicyType",
        PolicyAttributes=[{"AttributeName": "Protocol-TLSv1", "AttributeValue": "true"}],
    )
    classic.set_load_balancer_policies_of_listener(LoadBalancerName="chosen", LoadBalancerPort=443, PolicyNames=["tls"])

    chosen = account.audit("classic-elb-tls-policy-chosen").verdicts
    policies = account.audit("classic-elb-policy-no-old-tls").verdicts

    assert {key.rpartition("/")[2]: verdict for key, verdict in chosen.items()} == {
        "chosen": Verdict.PASS,
        "default": Verdict.FAIL,
    }
    assert set(policies.values()) == {Verdict.FAIL}
