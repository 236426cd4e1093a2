from cloudaudit.sources.aws.fitting import fitted

ACL = {
    "Rules": [
        {
            "Name": "bad-inputs",
            "Priority": 1,
            "OverrideAction": {"None": {}},
            "Statement": {
                "ManagedRuleGroupStatement": {
                    "VendorName": "AWS",
                    "Name": "AWSManagedRulesKnownBadInputsRuleSet",
                    "RuleActionOverrides": [{"Name": "Log4JRCE_BODY", "ActionToUse": {"Count": {}}}],
                }
            },
            "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "Unheard": 1},
        }
    ]
}


def test_members_are_called_as_in_the_schema() -> None:
    (rule,) = fitted("aws_wafv2_web_acl", "rule", "Rules")(ACL)

    (group,) = rule["statement"][0]["managed_rule_group_statement"]
    assert group["vendor_name"] == "AWS"
    assert group["rule_action_override"] == [{"name": "Log4JRCE_BODY", "action_to_use": [{"count": [{}]}]}]
    assert rule["override_action"] == {"none": {}}
    assert rule["visibility_config"] == {"cloudwatch_metrics_enabled": True}


def test_lists_of_cloudfront_lose_their_count() -> None:
    origins = {"Origins": {"Quantity": 1, "Items": [{"Id": "a", "CustomOriginConfig": {
        "HTTPPort": 80, "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}}]}}  # fmt: skip

    (origin,) = fitted("aws_cloudfront_distribution", "origin", "Origins", origin_id="Id")(origins)

    assert origin["origin_id"] == "a"
    assert origin["custom_origin_config"] == {"http_port": 80, "origin_ssl_protocols": ["TLSv1.2"]}


def test_an_attribute_without_block_stays() -> None:
    assert fitted("aws_cloudfront_distribution", "enabled", "Enabled")({"Enabled": True}) is True
    assert fitted("aws_cloudfront_distribution", "origin", "Origins")({}) is None
