"""Certificate authorities, shares, directories, Verified Access and identity providers."""

import datetime as dt
import json

import pytest
from recorded import Recorded
from simulated import ACCOUNT, Account

from cloudaudit.model import Verdict

CA = f"arn:aws:acm-pca:us-east-1:{ACCOUNT}:certificate-authority/1"
EVERYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "acm-pca:IssueCertificate", "Resource": CA}],
    }
)


@pytest.mark.parametrize(
    ("policy", "verdicts"), [({"Policy": EVERYBODY}, [Verdict.FAIL]), ("ResourceNotFoundException", [])]
)
def test_the_policy_of_an_authority_is_judged_where_there_is_one(policy: object, verdicts: list[Verdict]) -> None:
    """Moto answers a missing policy with another code than AWS."""
    listed = {"CertificateAuthorities": [{"Arn": CA, "Status": "ACTIVE", "Type": "ROOT"}]}
    account = Recorded({"acm-pca.list_certificate_authorities": listed, "acm-pca.get_policy": policy})

    found = account.verdicts("iam-resource-policy-not-public")

    assert [verdict for key, verdict in found.items() if key == f"{CA}/aws_acmpca_policy"] == verdicts


def test_deleted_authorities_are_none() -> None:
    account = Recorded(
        {"acm-pca.list_certificate_authorities": {"CertificateAuthorities": [{"Arn": CA, "Status": "DELETED"}]}}
    )

    assert account.judge("iam-resource-policy-not-public").findings is not None
    assert not [asked for asked in account.asked if asked[1] == "get_policy" and asked[0] == "acm-pca"]


DIRECTORY = {"DirectoryId": "d-1234567890", "Name": "corp.example.com", "Type": "MicrosoftAD"}


@pytest.mark.parametrize(
    ("subscriptions", "verdict"),
    [([{"DirectoryId": "d-1234567890", "LogGroupName": "/ad"}], Verdict.PASS), ([], Verdict.FAIL)],
)
def test_a_directory_forwards_its_log(subscriptions: list[dict[str, str]], verdict: Verdict) -> None:
    account = Recorded(
        {
            "ds.describe_directories": {"DirectoryDescriptions": [DIRECTORY]},
            "ds.list_log_subscriptions": {"LogSubscriptions": subscriptions},
        }
    )

    assert [*account.verdicts("directory-log-forwarding").values()] == [verdict]


def test_subscriptions_that_cannot_be_listed_leave_the_directory_open() -> None:
    account = Recorded(
        {
            "ds.describe_directories": {"DirectoryDescriptions": [DIRECTORY]},
            "ds.list_log_subscriptions": "AccessDeniedException",
        }
    )

    assert [*account.verdicts("directory-log-forwarding").values()] == [Verdict.UNKNOWN]


@pytest.mark.parametrize(
    ("logs", "verdict"),
    [
        ({"S3": {"Enabled": True, "BucketName": "logs"}}, Verdict.PASS),
        ({"CloudWatchLogs": {"Enabled": True, "LogGroup": "access"}}, Verdict.PASS),
        ({"KinesisDataFirehose": {"Enabled": True, "DeliveryStream": "logs"}}, Verdict.PASS),
        ({"S3": {"Enabled": False}}, Verdict.FAIL),
    ],
)
def test_verified_access_writes_down_who_came_in(logs: dict[str, object], verdict: Verdict) -> None:
    """Moto has no Verified Access."""
    name = "vai-0123456789abcdef0"
    configuration = {"VerifiedAccessInstanceId": name, "AccessLogs": logs}
    account = Recorded(
        {
            "ec2.describe_verified_access_instances": {"VerifiedAccessInstances": [{"VerifiedAccessInstanceId": name}]},
            "ec2.describe_verified_access_instance_logging_configurations": {"LoggingConfigurations": [configuration]},
        }
    )

    assert [*account.verdicts("verifiedaccess-instance-logs").values()] == [verdict]


def test_shares_and_those_they_are_made_for(account: Account) -> None:
    account.client("ram").create_resource_share(name="network", principals=["111122223333"])

    graph = account.graph("aws_ram_resource_share", "aws_ram_principal_association")

    [share] = graph.of_type("aws_ram_resource_share")
    assert share.attributes["name"] == "network"
    assert share.attributes["allow_external_principals"] is True
    for each in graph.of_type("aws_ram_principal_association"):
        assert each.attributes["resource_share_arn"] == share.arn


def test_identity_providers_are_read(account: Account) -> None:
    account.client("iam").create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"],
    )

    [provider] = account.graph("aws_iam_openid_connect_provider").of_type("aws_iam_openid_connect_provider")

    assert provider.attributes["url"] == "token.actions.githubusercontent.com"
    assert provider.attributes["client_id_list"] == ["sts.amazonaws.com"]
    assert provider.arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


@pytest.mark.parametrize(("expires", "verdict"), [("2020-01-01", Verdict.FAIL), ("2999-01-01", Verdict.PASS)])
def test_certificates_of_iam_expire(expires: str, verdict: Verdict) -> None:
    certificate = {
        "Path": "/",
        "ServerCertificateName": "web",
        "ServerCertificateId": "ASCA1",
        "Arn": f"arn:aws:iam::{ACCOUNT}:server-certificate/web",
        "Expiration": dt.datetime.fromisoformat(expires).replace(tzinfo=dt.UTC),
    }
    account = Recorded({"iam.list_server_certificates": {"ServerCertificateMetadataList": [certificate]}})

    assert [*account.verdicts("iam-server-certificate-valid").values()] == [verdict]
    secret = account.verdicts("secrets-certificate-key")
    assert set(secret.values()) == {Verdict.PASS}
