from facts_building import fact, resource

HUB = resource("aws_securityhub_account.main", _region="eu-central-1")


def test_a_standard_counts_in_the_region_of_the_hub():
    here = resource("aws_securityhub_standards_subscription.s", _region="eu-central-1")
    elsewhere = resource("aws_securityhub_standards_subscription.s", _region="eu-west-1")

    assert fact("securityhub.has_standard", HUB, here) is True
    assert fact("securityhub.has_standard", HUB, elsewhere) is False
    assert fact("securityhub.has_standard", HUB) is False
