import base64
import json

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts.credentials import redact
from cloudaudit.facts.credentials.assignments import assignments
from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.shapes import shapes
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.model import Origin, Resource, Unknown

# Put together here, so that no scanner of this repository takes them for real.
ACCESS_KEY = "AKIA" + "Z7QX4LM2PTRV6WBN"
GITHUB = "ghp_" + "a1B2" * 9
STRIPE = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    "name",
    [
        "password", "DB_PASSWORD", "dbPassword", "MASTER_USER_PASSWORD", "PGPASSWORD", "MYSQL_PWD", "db_pass",
        "SECRET", "client_secret", "apiKey", "API_KEY", "STRIPE_API_KEY", "secret_key_base2", "REGISTRY_TOKEN",
        "authToken", "token", "private_key", "AWS_SECRET_ACCESS_KEY", "encryption_key", "credentials",
        "secret_string", "master_password_wo", "smtp-password", "PRE_SHARED_KEY", "tunnel1_preshared_key",
        "DJANGO_SECRET_KEY", "ssm.parameter.password", "CLIENT_SECRET",
    ],
)  # fmt: skip
def test_names_that_speak_of_a_secret(name):
    assert speaks_of_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_ARN", "TOKEN_URL", "PASSWORD_LENGTH", "password_reuse_prevention", "manage_master_user_password",
        "PWD", "minimum_password_length", "secret_name", "kms_key_id", "key", "partition_key", "public_key",
        "KEY_NAME", "MAX_TOKENS", "s3_key", "token_validity_minutes", "passthrough", "compass", "monkey",
        "tokenizer", "author", "secretary", "", "enable_secret_rotation", "SECRET_ID", "API_KEY_SECRET_NAME",
        "ACCESS_KEY_ID", "secret_permissions", "creation_token", "next_token", "turkey", "key" * 100,
    ],
)  # fmt: skip
def test_names_that_do_not(name):
    assert not speaks_of_secret(name)


PASSWORDS = ("hunter2", "changeme", "password", "Tr0ub4dor-and-3", "123456", "P@ss w0rd!")


@pytest.mark.parametrize("value", [*PASSWORDS, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOTDOCUMENT"])
def test_values_that_are_passwords(value):
    assert is_secret(value, "password")


@pytest.mark.parametrize(
    "value",
    [
        "", "  ", "true", "none", "xxxx", "****", "<PASSWORD>", "${DB_PASSWORD}", "{{ password }}", "$DB_PASSWORD",
        "REPLACE_ME", "your-password-here", "TODO", "12", "prod/db/password", "prod/db:password",
        "/app/db/password", "/run/secrets/db",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", "{{resolve:ssm:x}}", "db.pem",
        "https://example.com/token", "$2y$10$abcdefghijklmnopqrstuv", "ssh-rsa AAAAB3Nz", "alias/app",
        "-----BEGIN PUBLIC KEY-----\nx", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "SECRETS_MANAGER", "vault:secret/data/x", "${user}:${pass}",
    ],
)  # fmt: skip
def test_values_that_are_none(value):
    assert not is_secret(value, "password")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"id = {ACCESS_KEY}", "aws-access-key"),
        (f"https://x:{GITHUB}@github.com", "github-token"),
        (STRIPE, "stripe-key"),
        ("postgres://app:hunter2@db.internal:5432/app", "url-credentials"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----\nMII", "private-key"),
        ("xoxb-" + "123456789012-abcdefghij", "slack-token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "json-web-token"),
    ],
)
def test_credentials_are_known_by_their_form(text, kind):
    assert kind in [found for found, _, _ in shapes(text)]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE", "https://example.com:8443/x@y", "postgres://app:${PASSWORD}@db/app",
        "git@github.com:a/b.git", "postgres://user:****@db", "-----BEGIN CERTIFICATE-----",
        "arn:aws:iam::123456789012:role/x", "sha256:" + "ab" * 32,
        "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "skip-list", "http://user@example.com/",
    ],
)  # fmt: skip
def test_other_text_holds_none(text):
    assert not list(shapes(text))


def names(text):
    return [name for _, name, _, _ in assignments(text)]


def test_assignments_in_text_are_found():
    text = 'export DB_PASSWORD=hunter2\n"api_key": "abc123", mysql --password secret9 -h db\nclient_secret: s3cr3t\n'

    assert names(text) == ["DB_PASSWORD", "api_key", "password", "client_secret"]


def test_references_in_text_are_no_assignments():
    text = (
        "export DB_PASSWORD=$(aws ssm get-parameter --name /db/password)\nexport TOKEN=${TOKEN}\n"
        "PASSWORD_FILE=/run/x\n"
        "the password is kept elsewhere\n--secret-id prod/db --query SecretString\n"
    )

    assert names(text) == []


def test_long_text_takes_no_long_time():
    for text in ("a" * 10_000_000, "password=" * 1_000_000, "://" * 500_000, "eyJ" * 500_000, "A1" * 1_000_000):
        list(shapes(text))
        list(assignments(text))


def places(name, subject, *others):
    found = fact(name, subject, *others)
    return found if is_unknown(found) else [{"path": each["path"], "kind": each["kind"]} for each in found]


def variables(subject, *others, **environment):
    found = fact("credentials.in_environment", subject, *others, **environment)
    return found if is_unknown(found) else [each["variable"] for each in found]


def test_a_lambda_environment_with_a_secret_names_the_variable():
    def function(**variables):
        return resource("aws_lambda_function.f", environment=[{"variables": variables}])

    assert variables(function(STRIPE_API_KEY=STRIPE, STAGE="prod")) == ["STRIPE_API_KEY"]
    assert variables(function(DB_URL="postgres://app:hunter2@db/app")) == ["DB_URL"]
    assert variables(function(SECRET_ARN="arn:aws:secretsmanager:x", TABLE="t")) == []  # noqa: S106
    assert variables(function(SECRET=ref("aws_secretsmanager_secret.s.arn"))) == []
    assert is_unknown(variables(function(DB_PASSWORD=ELSEWHERE)))
    assert variables(function(STAGE=ELSEWHERE)) == []
    assert is_unknown(variables(resource("aws_lambda_function.f", environment=ELSEWHERE)))


@pytest.mark.parametrize(
    "attribute",
    [
        "data.aws_secretsmanager_secret_version.s.secret_string",
        "random_password.p.result",
        "aws_iam_access_key.ci.secret",
        "aws_db_instance.d.password",
    ],
)
def test_a_secret_taken_from_elsewhere_still_ends_in_plain_environment(attribute):
    subject = resource("aws_lambda_function.f", environment=[{"variables": {"DB": ref(attribute)}}])

    assert variables(subject) == ["DB"]


def test_user_data_with_unknown_parts_is_read_around_them():
    def script(*pieces):
        return resource("aws_instance.i", user_data=Unknown(because="a part is not known", partial=pieces))

    arn = ref("aws_secretsmanager_secret.s.arn")
    assert fact("credentials.in_user_data", script("get-secret --id ", arn, "\n")) == []
    assert fact("credentials.in_user_data", script("get ", arn, "\nexport API_TOKEN=abcdef123\n")) != []
    assert is_unknown(fact("credentials.in_user_data", script("export X=", ELSEWHERE)))
    assert fact("credentials.in_user_data", script("host ", ref("aws_eip.e.public_ip"))) == []
    assert is_unknown(fact("credentials.in_user_data", script("x ", ref("data.aws_ssm_parameter.p.value"))))
    taken = resource("aws_instance.i", user_data=ref("random_password.p.result"))
    assert places("credentials.in_user_data", taken) == [{"path": "user_data", "kind": "secret"}]


def test_container_definitions_are_read_as_text_and_in_part():
    def containers(value):
        return [{"name": "app", "environment": [{"name": "DB_PASSWORD", "value": value}], "secrets": []}]

    text = resource("aws_ecs_task_definition.t", container_definitions=json.dumps(containers("hunter2")))
    partial = Unknown(because="x", partial=[*containers("hunter2"), {"image": ELSEWHERE}])
    part = resource("aws_ecs_task_definition.t", container_definitions=partial)

    assert variables(text) == ["DB_PASSWORD"]
    assert variables(part) == ["DB_PASSWORD"]


def test_codebuild_variables_that_name_a_store_are_references():
    def project(**more):
        variable = {"name": "REGISTRY_TOKEN", "value": "abcdef", **more}
        return resource("aws_codebuild_project.p", environment=[{"environment_variable": [variable]}])

    assert variables(project()) == ["REGISTRY_TOKEN"]
    assert variables(project(type="PLAINTEXT")) == ["REGISTRY_TOKEN"]
    assert variables(project(type="PARAMETER_STORE")) == []


def test_user_data_is_read_plain_and_in_base64():
    script = "#!/bin/sh\nexport API_TOKEN=tok_51Hx\n"
    encoded = base64.b64encode(script.encode()).decode()
    found = [{"path": "user_data: API_TOKEN", "kind": "token"}]

    assert places("credentials.in_user_data", resource("aws_instance.i", user_data=script)) == found
    assert places("credentials.in_user_data", resource("aws_launch_template.t", user_data=encoded)) == found
    assert fact("credentials.in_user_data", resource("aws_instance.i", user_data="#!/bin/sh\necho hello\n")) == []
    assert is_unknown(fact("credentials.in_user_data", resource("aws_instance.i", user_data="ab" * 20)))
    assert is_unknown(fact("credentials.in_user_data", resource("aws_instance.i", user_data=ELSEWHERE)))


def test_a_password_argument_is_literal_only_in_source():
    written = resource("aws_db_instance.d", password="Winter2019-billing")  # noqa: S106
    planned = written.__class__(
        **{**{f: getattr(written, f) for f in written.__struct_fields__}, "origin": Origin.PLAN}
    )

    assert places("credentials.literal_arguments", written) == [{"path": "password", "kind": "password"}]
    assert is_unknown(fact("credentials.literal_arguments", planned))
    assert (
        fact("credentials.literal_arguments", resource("aws_db_instance.d", password=ref("random_password.p.result")))
        == []
    )
    assert fact("credentials.literal_arguments", resource("aws_db_instance.d", password=ELSEWHERE)) == []
    absent = Unknown(because="module.x is not on disk")
    assert is_unknown(fact("credentials.literal_arguments", resource("aws_db_instance.d", password=absent)))
    assert fact("credentials.literal_arguments", resource("aws_db_instance.d", manage_master_user_password=True)) == []


def test_known_forms_are_found_in_any_attribute_but_documented_ones_are_not():
    subject = resource("aws_ssm_document.d", content=f"key: {ACCESS_KEY}", description="AKIAIOSFODNN7EXAMPLE")

    assert places("credentials.shapes", subject) == [{"path": "content", "kind": "aws-access-key"}]


def test_parameters_are_judged_by_name_and_by_value():
    def parameter(name, value="x"):
        return resource("aws_ssm_parameter.p", name=name, value=value)

    assert fact("credentials.parameter_is_secret", parameter("/tally/smtp/password")) is True
    assert fact("credentials.parameter_is_secret", parameter("/tally/smtp/host")) is False
    assert fact("credentials.parameter_is_secret", parameter("/tally/key", STRIPE)) is True
    assert is_unknown(fact("credentials.parameter_is_secret", parameter(ELSEWHERE)))


def test_variables_and_outputs_are_judged_by_name_and_by_what_they_take():
    def output(value, name="x"):
        return resource("terraform_output.x", name=name, value=value)

    assert fact("credentials.holds_secret", resource("terraform_variable.v", name="db_password")) is True
    assert (
        fact("credentials.holds_secret", resource("terraform_variable.v", name="region", default="eu-west-1")) is False
    )
    assert fact("credentials.holds_secret", output(ref("aws_db_instance.d.password"))) is True
    assert fact("credentials.holds_secret", output(ref("random_password.p.result"))) is True
    assert fact("credentials.holds_secret", output(ref("aws_db_instance.d.endpoint"))) is False
    assert fact("credentials.holds_secret", output("x", name="admin_password")) is True


def test_a_secret_default_of_a_variable_is_written_out():
    def variable(default, name="db_password"):
        return resource("terraform_variable.v", name=name, default=default)

    assert places("credentials.literal_arguments", variable("hunter2")) == [{"path": "default", "kind": "password"}]
    assert fact("credentials.literal_arguments", variable("")) == []
    assert fact("credentials.literal_arguments", variable("eu-west-1", "region")) == []


def test_credentials_of_a_provider_are_written_out():
    subject = resource(
        "terraform_provider.aws", region="eu-west-1", access_key=ACCESS_KEY, secret_key="x" * 3 + "aZ4" * 12
    )

    assert [each["path"] for each in fact("credentials.literal_arguments", subject)] == ["access_key", "secret_key"]


CANARY = "c4nary-Value-93"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("password", CANARY),
        ("environment.0.variables.ANYTHING", CANARY),
        ("environment.0.variables", {"ANYTHING": CANARY}),
        ("environment.0.environment_variable.0.value", CANARY),
        ("container_definitions", json.dumps([{"environment": [{"name": "X", "value": CANARY}]}])),
        ("definition", json.dumps({"Parameters": {"ApiKey": CANARY}})),
        ("user_data", f"#!/bin/sh\nexport DB_PASSWORD={CANARY}\n"),
        ("user_data", base64.b64encode(f"export DB_PASSWORD={CANARY} # and some more".encode()).decode()),
        ("endpoint", f"postgres://app:{CANARY}@db/app"),
        ("setting", [{"name": "DB_PASSWORD", "value": CANARY}]),
        ("x", "-----BEGIN PRIVATE " + f"KEY-----\n{CANARY}\n"),
        ("y", CANARY * 200_000),
    ],
)
def test_a_secret_is_never_shown(path, value):
    shown = json.dumps(redact(path, value))

    assert CANARY not in shown
    assert base64.b64encode(CANARY.encode()).decode()[:16] not in shown
    assert "digest" in shown


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("storage_encrypted", True),
        ("kms_key_id", "arn:aws:kms:eu-west-1:123456789012:key/abc"),
        ("policy", json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*"}]})),
        ("name", "prod"),
        ("ingress.0.from_port", 22),
        ("facts.credentials.literal_arguments", [{"path": "password", "kind": "password"}]),
        ("facts.iam.public_actions", ["secretsmanager:GetSecretValue"]),
    ],
)
def test_what_is_no_secret_is_shown(path, value):
    assert redact(path, value) == value


def test_a_digest_tells_values_apart_and_depends_on_the_place():
    assert redact("a.password", "one") != redact("a.password", "two")
    assert redact("a.password", "one") == redact("a.password", "one")
    assert redact("a.password", "one") != redact("b.password", "one")


@given(st.text(max_size=200), st.text(max_size=40))
def test_redaction_takes_any_text(path, value):
    assert isinstance(redact(path, value), str)


@given(st.text(alphabet="pas word=:\"'-x/{}$\n", max_size=300))
def test_assignments_stand_where_they_are_said_to(text):
    for _, name, start, end in assignments(text):
        assert name in text
        assert text[start:end]


def test_what_a_plan_marks_as_sensitive_is_a_secret_in_plain_environment():
    def planned(*paths):
        return Resource(
            key="aws_lambda_function.f",
            type="aws_lambda_function",
            name="f",
            address="aws_lambda_function.f",
            attributes={"environment": [{"variables": {"EXTRA": "x1", "DB_USER": "app", "STAGE": "prod"}}]},
            origin=Origin.PLAN,
            sensitive=frozenset(paths),
        )

    assert variables(planned("environment.0.variables.EXTRA")) == ["EXTRA"]
    assert variables(planned("environment.0.variables.DB_USER")) == []
    assert variables(planned()) == []
