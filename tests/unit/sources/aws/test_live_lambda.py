"""Functions. moto has no function URLs, signing configurations or account settings, and forgets where failed events
go: those are recorded."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

HERE = "arn:aws:lambda:us-east-1:123456789012:function"
SECRET = "hunter2-4ever-and-ever"  # noqa: S105 - what must be found
RULES = (
    "lambda-function-dead-letter-queue",
    "lambda-function-environment-customer-key",
    "lambda-function-in-vpc",
    "lambda-function-supported-runtime",
    "lambda-function-traced",
    "lambda-permission-not-public",
    "lambda-permission-source-bound",
    "secrets-lambda-environment",
)
BAD = f"""
resource "aws_lambda_function" "main" {{
  function_name = "bad"
  role          = "arn:aws:iam::123456789012:role/app"
  runtime       = "python3.8"
  environment {{
    variables = {{ DB_PASSWORD = "{SECRET}" }}
  }}
}}
resource "aws_lambda_permission" "main" {{
  function_name = aws_lambda_function.main.function_name
  action        = "lambda:InvokeFunction"
  principal     = "*"
}}
"""
GOOD = """
resource "aws_lambda_function" "main" {
  function_name = "good"
  role          = "arn:aws:iam::123456789012:role/app"
  runtime       = "python3.13"
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
  environment {
    variables = { TABLE = "orders" }
  }
  tracing_config {
    mode = "Active"
  }
}
resource "aws_lambda_permission" "main" {
  function_name  = aws_lambda_function.main.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::uploads"
  source_account = "123456789012"
}
"""


def function(account: Account, name: str, runtime: str, variables: dict[str, str], **more: Any) -> Any:
    client = account.client("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    iam = account.client("iam")
    if not any(role["RoleName"] == "app" for role in iam.list_roles()["Roles"]):
        iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}")
    client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Role="arn:aws:iam::123456789012:role/app",
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
        **more,
    )
    return client


def bad(account: Account) -> None:
    client = function(account, "bad", "python3.8", {"DB_PASSWORD": SECRET})
    client.add_permission(FunctionName="bad", StatementId="all", Action="lambda:InvokeFunction", Principal="*")


def good(account: Account) -> None:
    client = function(
        account,
        "good",
        "python3.13",
        {"TABLE": "orders"},
        KMSKeyArn="arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
        TracingConfig={"Mode": "Active"},
    )
    client.add_permission(
        FunctionName="good",
        StatementId="uploads",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::uploads",
        SourceAccount="123456789012",
    )


def test_a_bad_function_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    bad(account)

    assert account.audit(*RULES).by_rule() == declared(tmp_path, BAD, *RULES)


def test_a_good_function_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    good(account)

    assert account.audit(*RULES).by_rule() == declared(tmp_path, GOOD, *RULES)


def test_a_secret_is_found_and_never_said(account: Account) -> None:
    bad(account)

    run = account.audit("secrets-lambda-environment")

    assert run.verdicts == {f"{HERE}:bad": Verdict.FAIL}
    assert "DB_PASSWORD" in run.findings[0].message
    assert SECRET not in str(run.findings)


def test_a_denied_list_makes_all_functions_unknown(account: Account) -> None:
    bad(account)
    account.deny("lambda:ListFunctions")

    run = account.audit("lambda-function-supported-runtime")

    assert run.findings == []
    assert any(gap.what.startswith("lambda:ListFunctions") for gap in run.gaps)


def test_a_denied_policy_is_no_closed_function(account: Account) -> None:
    bad(account)
    account.deny("lambda:GetPolicy")

    run = account.audit("lambda-permission-not-public")

    assert run.findings == []
    assert "lambda:GetPolicy in 123456789012 us-east-1" in [gap.what for gap in run.gaps]


def made(name: str, **more: Any) -> dict[str, Any]:
    return {
        "FunctionName": name,
        "FunctionArn": f"{HERE}:{name}",
        "Runtime": "python3.13",
        "PackageType": "Zip",
        **more,
    }


def recorded(functions: list[dict[str, Any]], **answers: Any) -> Recorded:
    nothing: dict[str, Any] = {
        "list_functions": {"Functions": functions},
        "get_policy": "ResourceNotFoundException",
        "list_layers": {"Layers": []},
        "list_code_signing_configs": {"CodeSigningConfigs": []},
        "list_function_url_configs": {"FunctionUrlConfigs": []},
        "list_function_event_invoke_configs": {"FunctionEventInvokeConfigs": []},
        "get_account_settings": {
            "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
        },
        **answers,
    }
    return Recorded({f"lambda.{name}": answer for name, answer in nothing.items()})


def asked(account: Recorded) -> set[str]:
    return {method for service, method, _ in account.asked if service == "lambda"}


def test_failed_events_that_go_somewhere_need_no_second_place() -> None:
    queue = {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:failed"}
    account = recorded([made("one", DeadLetterConfig=queue), made("two")])

    rule = "lambda-function-dead-letter-queue"
    assert account.verdicts(rule) == {f"{HERE}:one": Verdict.PASS, f"{HERE}:two": Verdict.FAIL}


def test_where_nothing_is_signed_no_function_is_asked() -> None:
    account = recorded([made("one")])

    assert account.verdicts("lambda-function-signed") == {f"{HERE}:one": Verdict.FAIL}
    assert "get_function_code_signing_config" not in asked(account)


def test_a_signed_function_is_told_from_others() -> None:
    config = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1"
    account = recorded(
        [made("one"), made("two")],
        list_code_signing_configs={"CodeSigningConfigs": [{"CodeSigningConfigArn": config}]},
        get_function_code_signing_config=lambda params: (
            {"CodeSigningConfigArn": config} if params["FunctionName"] == "one" else {}
        ),
    )

    assert account.verdicts("lambda-function-signed") == {f"{HERE}:one": Verdict.PASS, f"{HERE}:two": Verdict.FAIL}


def test_reserved_concurrency_is_asked_only_where_some_is() -> None:
    settings = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}}
    none, some = (
        recorded([made("one")]),
        recorded(
            [made("one")],
            get_account_settings=settings,
            get_function_concurrency={"ReservedConcurrentExecutions": 100},
        ),
    )

    assert none.verdicts("lambda-function-concurrency-limit") == {f"{HERE}:one": Verdict.FAIL}
    assert some.verdicts("lambda-function-concurrency-limit") == {f"{HERE}:one": Verdict.PASS}
    assert "get_function_concurrency" not in asked(none)


def test_a_url_without_sign_in_is_found() -> None:
    urls = [{"FunctionUrl": "https://x.lambda-url.aws", "FunctionArn": f"{HERE}:one", "AuthType": "NONE"}]
    anybody = {"Sid": "url", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl"}
    account = recorded(
        [made("one")],
        get_policy={"Policy": json.dumps({"Statement": [anybody]})},
        list_function_url_configs={"FunctionUrlConfigs": urls},
    )

    assert set(account.verdicts("lambda-url-authorization").values()) == {Verdict.FAIL}


def test_a_function_that_nobody_else_may_call_is_not_asked_for_urls() -> None:
    account = recorded([made("one")])

    assert account.verdicts("lambda-url-authorization") == {}
    assert "list_function_url_configs" not in asked(account)


def test_a_denied_policy_leaves_urls_to_be_asked_for() -> None:
    urls = [{"FunctionUrl": "https://x.lambda-url.aws", "FunctionArn": f"{HERE}:one", "AuthType": "NONE"}]
    account = recorded(
        [made("one")], get_policy="AccessDeniedException", list_function_url_configs={"FunctionUrlConfigs": urls}
    )

    assert set(account.verdicts("lambda-url-authorization").values()) == {Verdict.FAIL}


def test_variables_that_cannot_be_decrypted_are_unknown() -> None:
    error = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no key"}}
    account = recorded([made("one", Environment=error)])

    judged = account.judge("secrets-lambda-environment")

    assert [finding.verdict for finding in judged.findings] == [Verdict.UNKNOWN]


def test_a_condition_of_another_kind_leaves_a_permission_in_doubt() -> None:
    statement = {
        "Sid": "org",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:InvokeFunction",
        "Condition": {"StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}},
    }
    account = recorded([made("one")], get_policy={"Policy": json.dumps({"Statement": [statement]})})

    judged = account.judge("lambda-permission-not-public")

    assert [finding.verdict for finding in judged.findings] == [Verdict.UNKNOWN]


def test_the_vpc_that_a_function_left_is_none(account: Account) -> None:
    bad(account)

    [function_] = [each for each in account.graph("aws_lambda_function") if each.type == "aws_lambda_function"]

    assert "vpc_config" not in function_.attributes
    assert "image_uri" not in function_.attributes
    assert "s3_bucket" not in function_.attributes
