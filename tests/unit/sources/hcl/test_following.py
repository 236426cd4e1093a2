import pytest
from source_building import graph

from cloudaudit.facts import find
from cloudaudit.facts.credentials.ways import marks

FUNCTION = """
variable "env" { type = map(string) }
resource "aws_lambda_function" "main" {
  environment { variables = merge({ STAGE = "prod" }, var.env) }
}
"""
SENSITIVE = 'variable "db_password" {\n type = string\n sensitive = true\n}\n'


def ways(found, key):
    return marks(found.environment["followed"].get(key, {}))


def fact(found, name, key):
    return find(name).compute(found.get(key), found)


def test_a_secret_variable_is_followed_through_locals_and_modules(tmp_path):
    found = graph(
        tmp_path,
        {
            "main.tf": SENSITIVE
            + 'locals { env = { PW = "x-${var.db_password}" } }\n'
            + 'module "api" {\n source = "./api"\n env = local.env\n}\n',
            "api/main.tf": FUNCTION,
        },
    )

    key = "module.api.aws_lambda_function.main"
    way = "var.db_password -> local.env -> module.api.var.env"
    assert ways(found, key) == {"environment.0.variables.PW": way}
    whole = f"{way} -> {key}.environment.variables.PW"
    assert fact(found, "credentials.in_environment", key) == [
        {"variable": "PW", "kind": "password", "way": whole, "what": f"PW ({whole})"}
    ]


def test_a_secret_is_followed_out_of_a_module(tmp_path):
    found = graph(
        tmp_path,
        {
            "main.tf": SENSITIVE
            + 'module "a" {\n source = "./a"\n password = var.db_password\n}\n'
            + 'output "url" { value = "https://x/${module.a.shown}" }\n',
            "a/main.tf": 'variable "password" {}\noutput "shown" { value = var.password }\n'
            'resource "aws_sqs_queue" "q" {}\n',
        },
    )

    way = "var.db_password -> module.a.var.password -> module.a.shown -> output.url"
    assert ways(found, "output.url") == {"value": way}
    assert fact(found, "credentials.holds_secret", "output.url") is True


FUNCTION_OF = 'resource "aws_lambda_function" "f" {\n environment { variables = { %s } }\n}\n'


@pytest.mark.parametrize(
    ("declared", "variables"),
    [
        ('variable "x" {\n sensitive = true\n}', "A = var.x"),
        ('variable "api_token" {}', "A = var.api_token"),
        ('variable "x" { default = "ghp_' + "a1B2" * 9 + '" }', "A = var.x"),
        ('variable "db_password" { default = "hunter2" }', "A = upper(var.db_password)"),
        ('variable "logins" {\n type = map(string)\n sensitive = true\n}', 'A = var.logins["db"]'),
        ('variable "db_password" {}', "A = jsonencode({ pw = var.db_password })"),
        ('variable "db_password" {}', 'A = join(",", ["a", var.db_password])'),
        ('variable "db_password" {}', 'A = coalesce(var.db_password, "x")'),
    ],
)  # fmt: skip
def test_what_ends_in_the_environment(tmp_path, declared, variables):
    found = graph(tmp_path, declared + "\n" + FUNCTION_OF % variables)

    assert list(ways(found, "aws_lambda_function.f")) != []
    assert [each["variable"] for each in fact(found, "credentials.in_environment", "aws_lambda_function.f")] == ["A"]


ARN_TO_A_MODULE = """
resource "aws_secretsmanager_secret" "s" {}
module "m" {
  source   = "./m"
  password = aws_secretsmanager_secret.s.arn
}
"""
MODULE = 'variable "password" {}\noutput "given" { value = var.password }\n'


@pytest.mark.parametrize(
    ("declared", "variables"),
    [
        ('variable "stage" {}', "A = var.stage"),
        ('variable "credentials" {\n type = object({ user = string })\n}', "DB_USER = var.credentials.user"),
        ('variable "db_username" {\n sensitive = true\n}', "A = var.db_username"),
        ('variable "password_length" {}', "A = var.password_length"),
        ('variable "secret_arn" {}', "A = var.secret_arn"),
        ('variable "db_password" { default = "" }', "A = var.db_password"),
        ('variable "db_password" { default = null }', "A = var.db_password"),
        ('variable "db_password" { default = "/prod/db/password" }', "A = var.db_password"),
        ('variable "db_password" {}\nvariable "stage" {}', "A = var.stage"),
        ('variable "db_password" {}', 'A = "x"\n B = length("y")'),
        (ARN_TO_A_MODULE, "A = module.m.given"),
        ('variable "db_password" {}\nresource "aws_kms_key" "k" {}', "A = true ? aws_kms_key.k.arn : var.db_password"),
    ],
)
def test_what_does_not(tmp_path, declared, variables):
    files = {"main.tf": declared + "\n" + FUNCTION_OF % variables, "m/main.tf": MODULE}
    found = graph(tmp_path, files)

    assert fact(found, "credentials.in_environment", "aws_lambda_function.f") == []


def test_nothing_is_evaluated_again_where_no_variable_is_a_secret(tmp_path):
    found = graph(tmp_path, 'variable "stage" {}\n' + FUNCTION_OF % "A = var.stage")

    assert found.environment["followed"] == {}


def test_every_instance_has_its_own_way(tmp_path):
    found = graph(
        tmp_path,
        SENSITIVE
        + 'locals { all = { a = { PW = var.db_password }, b = { PW = "arn:aws:x" } } }\n'
        + 'resource "aws_lambda_function" "f" {\n for_each = local.all\n environment { variables = each.value }\n}\n',
    )

    assert ways(found, 'aws_lambda_function.f["a"]') != {}
    assert ways(found, 'aws_lambda_function.f["b"]') == {}


def test_scripts_and_containers_show_where_the_secret_came_from(tmp_path):
    found = graph(
        tmp_path,
        SENSITIVE
        + 'resource "aws_instance" "i" { user_data = base64encode("export X=${var.db_password}") }\n'
        + 'resource "aws_ecs_task_definition" "t" {\n container_definitions = jsonencode([{ name = "a"\n'
        + ' environment = [{ name = "X", value = var.db_password }] }])\n}\n',
    )

    (script,) = fact(found, "credentials.in_user_data", "aws_instance.i")
    (variable,) = fact(found, "credentials.in_environment", "aws_ecs_task_definition.t")
    assert script["way"] == "var.db_password -> aws_instance.i.user_data"
    assert variable["way"] == ("var.db_password -> aws_ecs_task_definition.t.container_definitions.environment.X")


def test_a_way_never_holds_the_value(tmp_path):
    found = graph(
        tmp_path,
        'variable "db_password" { default = "hunter2-4ever" }\n' + FUNCTION_OF % "A = var.db_password",
    )

    assert "hunter2" not in str(found.environment["followed"])


def test_a_secret_in_a_module_call_is_found_once_where_it_ends(tmp_path):
    found = graph(
        tmp_path,
        {
            "main.tf": 'module "db" {\n source = "./db"\n password = "hunter2-4ever"\n'
            ' other = { api_key = "hunter2-4ever" }\n}\n',
            "db/main.tf": 'variable "password" {}\nvariable "other" {}\n'
            'resource "aws_db_instance" "d" { password = var.password }\n',
        },
    )

    (ended,) = fact(found, "credentials.literal_arguments", "module.db.aws_db_instance.d")
    (call,) = fact(found, "credentials.in_definition", "module.db/module")
    assert ended["way"] == "module.db.var.password -> module.db.aws_db_instance.d.password"
    assert call["path"] == "arguments.other.api_key"


def test_a_secret_within_an_argument_is_followed_by_its_name(tmp_path):
    found = graph(
        tmp_path,
        {
            "main.tf": 'module "ci" {\n source = "./ci"\n'
            ' projects = { image = { token = "7CGcBNYyTdLT", stage = "x" } }\n}\n',
            "ci/main.tf": 'variable "projects" {}\nresource "aws_lambda_function" "f" {\n for_each = var.projects\n'
            " environment { variables = { T = each.value.token, S = each.value.stage } }\n}\n",
        },
    )

    key = 'module.ci.aws_lambda_function.f["image"]'
    assert ways(found, key) == {"environment.0.variables.T": "module.ci.var.projects.image.token"}
    assert fact(found, "credentials.in_definition", "module.ci/module") == []


CLOUDINIT = """
variable "db_password" {}
data "cloudinit_config" "c" {
  part { content = "%s" }
}
resource "aws_instance" "i" { user_data = %s }
"""


@pytest.mark.parametrize(
    ("content", "user_data", "expected"),
    [
        ("export PW=${var.db_password}", "data.cloudinit_config.c.rendered", ["user_data"]),
        ("export API_TOKEN=7CGcBNYyTdLT", "base64gzip(data.cloudinit_config.c.rendered)", ["user_data: API_TOKEN"]),
        ("echo hello", "base64encode(data.cloudinit_config.c.rendered)", []),
    ],
)
def test_what_is_packed_and_encoded_is_read(tmp_path, content, user_data, expected):
    found = graph(tmp_path, CLOUDINIT % (content, user_data))

    assert [each["path"] for each in fact(found, "credentials.in_user_data", "aws_instance.i")] == expected


def test_a_local_value_is_followed_too_and_found_once(tmp_path):
    found = graph(
        tmp_path,
        'locals {\n db_password = "hunter2-4ever"\n all = { prod = { api_token = "7CGcBNYyTdLT" } }\n'
        ' unused_secret = "x1y2z3w4"\n}\n'
        'resource "aws_db_instance" "d" { password = local.db_password }\n'
        + FUNCTION_OF
        % "T = local.all.prod.api_token",
    )

    (password,) = fact(found, "credentials.literal_arguments", "aws_db_instance.d")
    (variable,) = fact(found, "credentials.in_environment", "aws_lambda_function.f")
    assert password["way"] == "local.db_password -> aws_db_instance.d.password"
    assert variable["way"] == "local.all.prod.api_token -> aws_lambda_function.f.environment.variables.T"
    assert fact(found, "credentials.ends_elsewhere", "local.db_password/local") is True
    assert fact(found, "credentials.ends_elsewhere", "local.all/local") is True
    assert fact(found, "credentials.ends_elsewhere", "local.unused_secret/local") is False
    assert fact(found, "credentials.in_definition", "local.unused_secret/local") != []


def test_a_block_that_depends_on_the_secret_shows_the_way_too(tmp_path):
    found = graph(
        tmp_path,
        """
        variable "token" { default = "7CGcBNYyTdLTqMZb" }
        resource "aws_codebuild_project" "p" {
          environment {
            dynamic "environment_variable" {
              for_each = var.token == "" ? [] : [var.token]
              content {
                name  = "REGISTRY_TOKEN"
                value = environment_variable.value
              }
            }
          }
        }
        """,
    )

    (variable,) = fact(found, "credentials.in_environment", "aws_codebuild_project.p")
    assert variable["way"].startswith("var.token -> aws_codebuild_project.p.environment")
