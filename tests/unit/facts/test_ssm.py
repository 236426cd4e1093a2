import json

from facts_building import ELSEWHERE, fact, is_unknown, resource


def session(name, **inputs):
    document = resource("aws_ssm_document.s", content=json.dumps({"inputs": inputs}))
    return fact(f"ssm.session_{name}", document)


def test_sessions_go_to_an_encrypted_bucket_or_group():
    assert session("logged", s3BucketName="logs", s3EncryptionEnabled=True) is True
    assert session("logged", cloudWatchLogGroupName="sessions", cloudWatchEncryptionEnabled="true") is True
    assert session("logged", cloudWatchLogGroupName="sessions", cloudWatchEncryptionEnabled=False) is False
    assert session("logged", s3BucketName="", s3EncryptionEnabled=True) is False
    assert session("logged") is False


def test_sessions_are_encrypted_with_a_named_key():
    assert session("encrypted", kmsKeyId="alias/sessions") is True
    assert session("encrypted", kmsKeyId="") is False


def test_documents_that_cannot_be_read():
    for content in (ELSEWHERE, "inputs: [", "a sentence"):
        assert is_unknown(fact("ssm.session_logged", resource("aws_ssm_document.s", content=content)))


def test_documents_in_yaml():
    def logged(*lines):
        text = "\n".join(["schemaVersion: '1.0'", "inputs:", *(f"  {line}" for line in lines)])
        return fact("ssm.session_logged", resource("aws_ssm_document.s", content=text, document_format="YAML"))

    assert logged("s3BucketName: sessions", "s3EncryptionEnabled: true") is True
    assert logged("s3BucketName: sessions", "s3EncryptionEnabled: false") is False
