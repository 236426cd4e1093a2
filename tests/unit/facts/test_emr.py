import json

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

from cloudaudit.model import Unknown

DISK = {"EncryptionKeyProviderType": "AwsKms", "EnableEbsEncryption": True}
STORES = {"S3EncryptionConfiguration": {"EncryptionMode": "SSE-S3"}, "LocalDiskEncryptionConfiguration": DISK}


def encrypts(document):
    text = document if isinstance(document, str | Unknown) else json.dumps({"EncryptionConfiguration": document})
    return fact("emr.encrypts", resource("aws_emr_security_configuration.c", configuration=text))


@pytest.mark.parametrize(
    ("document", "encrypted"),
    [
        ({}, set()),
        ({"EnableInTransitEncryption": True}, {"in_transit"}),
        ({"EnableAtRestEncryption": True, "AtRestEncryptionConfiguration": STORES}, {"s3", "local_disk", "ebs"}),
        ({"EnableAtRestEncryption": False, "AtRestEncryptionConfiguration": STORES}, set()),
        (
            {
                "EnableAtRestEncryption": True,
                "AtRestEncryptionConfiguration": {**STORES, "S3EncryptionConfiguration": {}},
            },
            {"local_disk", "ebs"},
        ),
    ],
)
def test_what_a_configuration_encrypts(document, encrypted):
    assert {name for name, truth in encrypts(document).items() if truth is True} == encrypted


def test_a_part_that_is_not_known_leaves_the_others_known():
    partial = {"EncryptionConfiguration": {"EnableInTransitEncryption": ELSEWHERE, "EnableAtRestEncryption": False}}

    found = encrypts(Unknown(because=ELSEWHERE.because, partial=partial))

    assert is_unknown(found["in_transit"])
    assert found["s3"] is False


@pytest.mark.parametrize("text", ["not JSON", ELSEWHERE])
def test_what_is_no_document_says_nothing(text):
    assert is_unknown(encrypts(text))
