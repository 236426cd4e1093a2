"""APIs, distributions, firewalls, zones, Kafka, brokers and mail."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Unknown, Verdict

LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:api"


def make_api(account: Account, name: str, **stage: Any) -> str:
    """An API with a method for everybody and a stage called "prod"."""
    apis = account.client("apigateway")
    api = str(apis.create_rest_api(name=name)["id"])
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    apis.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apis.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri="http://internal.example.com/",
    )
    deployment = apis.create_deployment(restApiId=api)["id"]
    apis.create_stage(restApiId=api, stageName="prod", deploymentId=deployment, **stage)
    return api


def stage_of(api: str) -> str:
    return f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/prod"


def settings(account: Account, api: str, path: str, value: str) -> None:
    account.client("apigateway").update_stage(
        restApiId=api, stageName="prod", patchOperations=[{"op": "replace", "path": path, "value": value}]
    )


def test_stages_of_one_name_are_told_apart(account: Account) -> None:
    """Every API has a stage "prod": the settings of one must not answer for another."""
    good, bad = make_api(account, "good", tracingEnabled=True), make_api(account, "bad")
    settings(account, good, "/*/*/logging/loglevel", "INFO")

    assert account.audit("apigateway-stage-traced").verdicts == {
        stage_of(good): Verdict.PASS,
        stage_of(bad): Verdict.FAIL,
    }
    assert account.audit("apigateway-stage-execution-logs").verdicts == {
        stage_of(good): Verdict.PASS,
        stage_of(bad): Verdict.FAIL,
    }


def test_an_api_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_api(account, "orders")
    rules = (
        "apigateway-integration-https",
        "apigateway-method-authorization",
        "apigateway-stage-access-logs",
        "apigateway-stage-traced",
        "apigateway-stage-waf-attached",
    )
    source = """
      resource "aws_api_gateway_rest_api" "orders" { name = "orders" }
      resource "aws_api_gateway_method" "get" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        resource_id   = aws_api_gateway_rest_api.orders.root_resource_id
        http_method   = "GET"
        authorization = "NONE"
      }
      resource "aws_api_gateway_integration" "get" {
        rest_api_id             = aws_api_gateway_rest_api.orders.id
        resource_id             = aws_api_gateway_rest_api.orders.root_resource_id
        http_method             = "GET"
        type                    = "HTTP_PROXY"
        integration_http_method = "GET"
        uri                     = "http://internal.example.com/"
      }
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"
        deployment_id = "d"
      }
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_denied_apis_are_not_taken_for_none(account: Account) -> None:
    """All of API Gateway needs one permission."""
    make_api(account, "orders")
    account.deny("apigateway:GET")

    assert not account.audit("apigateway-stage-traced").verdicts
    assert account.graph("aws_api_gateway_stage").listing.lacks("aws_api_gateway_stage")  # type: ignore[union-attr]


def test_policies_of_apis_are_unquoted(account: Account) -> None:
    """AWS tells {\\"Version\\":...} without the quotes around it; moto tells the policy as it is."""
    policy = {"Version": "2012-10-17", "Statement": []}
    told = json.dumps(json.dumps(policy))[1:-1]
    account.give("apigateway.get_rest_apis", items=[{"id": "a", "name": "orders", "policy": told}])

    (api,) = account.graph("aws_api_gateway_rest_api").of_type("aws_api_gateway_rest_api")

    assert json.loads(api.attributes["policy"]) == policy


def test_where_there_are_no_apis_nothing_is_asked_of_their_account(account: Account) -> None:
    assert not account.audit("apigateway-account-logs-role").verdicts

    make_api(account, "orders")
    assert account.audit("apigateway-account-logs-role").by_rule() == {"apigateway-account-logs-role": {Verdict.FAIL}}


def test_http_apis_are_read(account: Account) -> None:
    apis = account.client("apigatewayv2")
    api = apis.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]
    apis.create_stage(
        ApiId=api, StageName="good", AccessLogSettings={"DestinationArn": LOGS, "Format": "$context.requestId"}
    )
    apis.create_stage(ApiId=api, StageName="bad")
    apis.create_route(ApiId=api, RouteKey="GET /open")
    apis.create_route(ApiId=api, RouteKey="GET /closed", AuthorizationType="AWS_IAM")
    start = f"arn:aws:apigateway:us-east-1::/apis/{api}/stages"

    assert account.audit("apigateway-stage-access-logs").verdicts == {
        f"{start}/good": Verdict.PASS,
        f"{start}/bad": Verdict.FAIL,
    }
    assert account.audit("apigateway-route-authorization").by_rule() == {
        "apigateway-route-authorization": {Verdict.PASS, Verdict.FAIL}
    }


def distribution(name: str, **more: Any) -> dict[str, Any]:
    return {
        "CallerReference": name,
        "Comment": name,
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": "site.example.com",
                    "CustomOriginConfig": {
                        "HTTPPort": 80,
                        "HTTPSPort": 443,
                        "OriginProtocolPolicy": more.pop("origin"),
                        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": more.pop("viewer"),
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
        **more,
    }


CLOUDFRONT = (
    "cloudfront-access-logs",
    "cloudfront-default-root-object",
    "cloudfront-origin-https",
    "cloudfront-viewer-https",
)


def make_distributions(account: Account) -> tuple[str, str]:
    good = distribution(
        "good",
        origin="https-only",
        viewer="redirect-to-https",
        DefaultRootObject="index.html",
        Logging={"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com", "Prefix": ""},
    )
    made = account.client("cloudfront").create_distribution
    first = made(DistributionConfig=good)["Distribution"]["ARN"]
    bad = distribution("bad", origin="http-only", viewer="allow-all")
    return first, made(DistributionConfig=bad)["Distribution"]["ARN"]


def test_distributions_are_judged_by_what_aws_says(account: Account) -> None:
    good, bad = make_distributions(account)

    for rule in CLOUDFRONT:
        assert account.audit(rule).verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}, rule


def test_a_denied_configuration_leaves_the_logs_open_and_nothing_else(account: Account) -> None:
    make_distributions(account)
    account.deny("cloudfront:GetDistributionConfig")

    run = account.audit("cloudfront-access-logs", "cloudfront-viewer-https")

    assert run.by_rule() == {
        "cloudfront-access-logs": {Verdict.UNKNOWN},
        "cloudfront-viewer-https": {Verdict.PASS, Verdict.FAIL},
    }


def test_a_distribution_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    bad = distribution("bad", origin="http-only", viewer="allow-all")
    account.client("cloudfront").create_distribution(DistributionConfig=bad)
    rules = (*CLOUDFRONT, "cloudfront-minimum-tls", "cloudfront-sends-hsts", "cloudfront-waf-attached")
    source = """
      resource "aws_cloudfront_distribution" "bad" {
        enabled = true
        origin {
          origin_id   = "site"
          domain_name = "site.example.com"
          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "http-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
        default_cache_behavior {
          target_origin_id       = "site"
          viewer_protocol_policy = "allow-all"
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
        }
        restrictions {
          geo_restriction { restriction_type = "none" }
        }
        viewer_certificate { cloudfront_default_certificate = true }
      }
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_an_empty_identity_of_an_origin_in_s3_is_none(account: Account) -> None:
    origin = {"Id": "s3", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    told = {"Id": "E1", "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1", "Origins": {"Quantity": 1, "Items": [origin]}}  # fmt: skip  # noqa: E501
    account.give("cloudfront.list_distributions", DistributionList={"Quantity": 1, "Items": [told]})
    account.give("cloudfront.get_distribution_config", DistributionConfig={})

    (found,) = account.graph("aws_cloudfront_distribution").of_type("aws_cloudfront_distribution")

    assert found.attributes["origin"] == [{"domain_name": "b.s3.amazonaws.com", "origin_id": "s3"}]


def visible(name: str) -> dict[str, Any]:
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def make_web_acls(account: Account) -> tuple[str, str]:
    group = {"VendorName": "AWS", "Name": "AWSManagedRulesKnownBadInputsRuleSet"}
    rule = {
        "Name": "bad-inputs",
        "Priority": 1,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": group},
        "VisibilityConfig": visible("bad-inputs"),
    }
    made = [
        account.client("wafv2").create_web_acl(
            Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, Rules=rules, VisibilityConfig=visible(name)
        )["Summary"]["ARN"]
        for name, rules in (("good", [rule]), ("bad", []))
    ]
    return made[0], made[1]


def test_web_acls_are_judged_by_their_rules(account: Account) -> None:
    good, bad = make_web_acls(account)

    for rule in ("waf-web-acl-has-rules", "waf-web-acl-known-bad-inputs"):
        assert account.audit(rule).verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}, rule


def test_what_a_web_acl_logs_comes_with_one_call(account: Account) -> None:
    good, bad = make_web_acls(account)
    account.client("wafv2").put_logging_configuration(
        LoggingConfiguration={"ResourceArn": good, "LogDestinationConfigs": ["arn:aws:s3:::aws-waf-logs-app"]}
    )

    run = account.audit("waf-web-acl-logging")

    assert run.verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}
    assert run.calls.count("wafv2.list_logging_configurations") == 2  # regional, and that of CloudFront


def test_a_stage_says_which_web_acl_guards_it(account: Account) -> None:
    good, _ = make_web_acls(account)
    api = make_api(account, "orders")
    stage = {"stageName": "prod", "deploymentId": "d", "webAclArn": good}
    account.give("apigateway.get_stages", item=[stage])

    run = account.audit("apigateway-stage-waf-attached", "waf-api-known-bad-inputs")

    assert {each.resource for each in run.findings} == {stage_of(api)}
    assert run.by_rule() == {
        "apigateway-stage-waf-attached": {Verdict.PASS},
        "waf-api-known-bad-inputs": {Verdict.PASS},
    }


def test_zones_with_their_records_and_logs_are_read(account: Account) -> None:
    dns = account.client("route53")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    dns.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "*.example.com",
                        "Type": "A",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": "203.0.113.9"}],
                    },
                }
            ]
        },
    )
    account.client("logs").create_log_group(logGroupName="/aws/route53/example.com")
    key = f"arn:aws:route53:::hostedzone/{zone}"
    assert account.audit("route53-zone-query-log").verdicts == {key: Verdict.FAIL}

    (group,) = account.client("logs").describe_log_groups()["logGroups"]
    dns.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=group["arn"])
    assert account.audit("route53-zone-query-log").verdicts == {key: Verdict.PASS}
    (record,) = account.graph("aws_route53_record").of_type("aws_route53_record")
    assert record.attributes["name"] == "*.example.com"
    assert record.attributes["records"] == ["203.0.113.9"]
    assert account.audit("route53-record-no-literal-address").by_rule() == {
        "route53-record-no-literal-address": {Verdict.FAIL}
    }


def test_zones_are_signed_where_they_serve_signatures(account: Account) -> None:
    dns = account.client("route53")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    key = f"arn:aws:route53:::hostedzone/{zone}"

    account.give("route53.get_dnssec", Status={"ServeSignature": "NOT_SIGNING"}, KeySigningKeys=[])
    assert account.audit("route53-zone-signed").verdicts == {key: Verdict.FAIL}

    account.give("route53.get_dnssec", Status={"ServeSignature": "SIGNING"}, KeySigningKeys=[])
    assert account.audit("route53-zone-signed").verdicts == {key: Verdict.PASS}


def test_domains_that_run_out_are_found(account: Account) -> None:
    """moto tells no expiry."""
    soon = datetime.now(UTC) + timedelta(days=10)
    domains = [
        {"DomainName": "lost.example", "AutoRenew": False, "TransferLock": True, "Expiry": soon},
        {"DomainName": "kept.example", "AutoRenew": True, "TransferLock": False, "Expiry": soon},
    ]
    account.give("route53domains.list_domains", Domains=domains)
    start = f"{ACCOUNT}/global/aws_route53domains"

    assert account.audit("route53-domain-registration-lasts").verdicts == {
        f"{start}_registration/lost.example": Verdict.FAIL,
        f"{start}_registration/kept.example": Verdict.PASS,
    }
    assert account.audit("route53-domain-transfer-lock").verdicts == {
        f"{start}_registered_domain/lost.example": Verdict.PASS,
        f"{start}_registered_domain/kept.example": Verdict.FAIL,
    }


def test_kafka_is_judged_by_what_aws_says(account: Account) -> None:
    """As AWS documents the answer; moto knows fewer of its members."""
    start = f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster"
    clusters = [
        {
            "ClusterArn": f"{start}/{name}/1",
            "ClusterName": name,
            "ClusterType": "PROVISIONED",
            "Provisioned": {
                "CurrentBrokerSoftwareInfo": {"KafkaVersion": "3.8.x"},
                "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": safe}}, "Unauthenticated": {"Enabled": not safe}},
                "EncryptionInfo": {
                    "EncryptionInTransit": {"ClientBroker": "TLS" if safe else "TLS_PLAINTEXT", "InCluster": safe}
                },
                "LoggingInfo": {"BrokerLogs": {"S3": {"Enabled": safe, "Bucket": "logs"}}},
                "EnhancedMonitoring": "PER_BROKER" if safe else "DEFAULT",
                "NumberOfBrokerNodes": 3,
            },
        }
        for name, safe in (("good", True), ("bad", False))
    ]
    account.give("kafka.list_clusters_v2", ClusterInfoList=clusters)

    for rule in ("msk-cluster-authentication", "msk-cluster-broker-logs", "msk-cluster-broker-tls", "msk-cluster-client-tls"):  # fmt: skip  # noqa: E501
        assert account.audit(rule).verdicts == {f"{start}/good/1": Verdict.PASS, f"{start}/bad/1": Verdict.FAIL}, rule


def test_brokers_are_judged_by_what_aws_says(account: Account) -> None:
    mq = account.client("mq")
    for name, safe in (("good", True), ("bad", False)):
        mq.create_broker(
            BrokerName=name,
            EngineType="ACTIVEMQ",
            EngineVersion="5.18",
            HostInstanceType="mq.m5.large",
            DeploymentMode="ACTIVE_STANDBY_MULTI_AZ" if safe else "SINGLE_INSTANCE",
            PubliclyAccessible=not safe,
            AutoMinorVersionUpgrade=safe,
            Logs={"General": safe, "Audit": safe},
            Users=[{"Username": "app", "Password": "x" * 12}],
        )

    for rule in ("mq-broker-audit-log", "mq-broker-general-logs", "mq-broker-not-public", "mq-broker-minor-upgrades"):
        assert sorted(account.audit(rule).verdicts.values()) == [Verdict.FAIL, Verdict.PASS], rule


def test_mail_needs_tls_where_its_set_says_so(account: Account) -> None:
    """moto keeps no delivery options."""
    account.give("sesv2.list_configuration_sets", ConfigurationSets=["orders"])
    account.give("sesv2.get_configuration_set", DeliveryOptions={"TlsPolicy": "OPTIONAL"})

    assert set(account.audit("ses-configuration-set-requires-tls").verdicts.values()) == {Verdict.FAIL}


def test_graphql_apis_are_read(account: Account) -> None:
    appsync = account.client("appsync")
    for name, level in (("good", "ALL"), ("bad", None)):
        log = {"logConfig": {"fieldLogLevel": level, "cloudWatchLogsRoleArn": "arn:aws:iam::1:role/x"}} if level else {}
        appsync.create_graphql_api(name=name, authenticationType="AWS_IAM" if level else "API_KEY", **log)

    for rule in ("appsync-logging", "appsync-no-api-key"):
        assert sorted(account.audit(rule).verdicts.values()) == [Verdict.FAIL, Verdict.PASS], rule
    caches = account.graph("aws_appsync_api_cache")
    assert not caches.of_type("aws_appsync_api_cache")
    assert not any(isinstance(each.attributes.get("api_id"), Unknown) for each in caches)
