"""How much work a scan does, in imports and calls: the same on any machine, however busy it is."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from cloudaudit import app
from cloudaudit.engine import cel, evidence
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam import document
from cloudaudit.graph.companions import Companions
from cloudaudit.sources import Options
from cloudaudit.sources.hcl import treesitter

SHOP = Path(__file__).parents[2] / "fixtures" / "terraform" / "shop"
ROLES = {"ci.tf": 'resource "aws_iam_role" "ci" {\n name = "ci"\n assume_role_policy = jsonencode({})\n}\n'}


def scan(folder: Path) -> None:
    app.scan(app.Request(targets=(str(folder),), options=Options(jobs=1)))


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@contextmanager
def counted(functions: Mapping[Any, str]) -> Iterator[Counter[str]]:
    """Counts the calls of functions, each with the arguments that its template names: "{path}"."""
    found: Counter[str] = Counter()
    watched: dict[CodeType, str] = {getattr(each, "__wrapped__", each).__code__: key for each, key in functions.items()}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in watched:
            found[watched[frame.f_code].format(**frame.f_locals)] += 1

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def calls(work: Callable[[], None]) -> int:
    """How many functions are called, those of libraries in C included."""
    number = 0

    def note(_frame: FrameType, event: str, _: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return number


def test_a_warm_scan_of_one_resource_loads_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    write(tmp_path / "one", {"main.tf": 'resource "aws_ebs_volume" "data" {\n availability_zone = "eu-west-1a"\n}\n'})
    program = "import sys; from cloudaudit.cli.program import program; program(['scan', 'one'], standalone_mode=False)"
    program += "; print(*sys.modules)"
    environment = {**os.environ, "CLOUDAUDIT_CACHE_DIR": str(tmp_path / "cache")}
    for _ in ("cold", "warm"):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )

    *report, modules = done.stdout.splitlines()

    assert "aws_ebs_volume.data" in "\n".join(report)
    loaded = {name.split(".")[0] for name in modules.split()}
    assert not loaded & {
        "alembic",
        "boto3",
        "email",
        "hcl2",
        "lark",
        "networkx",
        "pickle",
        "platformdirs",
        "psycopg",
        "regex",
        "rich",
        "sqlalchemy",
        "tempfile",
        "yaml",
    }
    assert not [name for name in modules.split() if name in ("importlib.metadata", "cloudaudit.sources.plan")]


@pytest.mark.parametrize("command", ["", "runs", "scan", "audit"])
def test_help_loads_no_library_that_it_does_not_need(command: str) -> None:
    program = "import sys; from cloudaudit.cli.program import program; program(sys.argv[1:], standalone_mode=False)"
    program += "; print(*sys.modules)"
    arguments = [*command.split(), "--help"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)

    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "click" in loaded
    assert not loaded & {"alembic", "boto3", "cel_expr_python", "networkx", "platformdirs", "psycopg", "sqlalchemy"}


def test_files_of_a_module_are_read_once_whoever_calls_it(tmp_path: Path) -> None:
    call = 'module "queue_{0}" {{\n source = "../module"\n name = "queue-{0}"\n}}\n'
    write(tmp_path, {f"root_{root}/main.tf": "".join(map(call.format, range(9))) for root in range(3)})
    write(tmp_path, {"module/main.tf": 'variable "name" {}\nresource "aws_sqs_queue" "this" {\n name = var.name\n}\n'})
    (tmp_path / ".git").mkdir()

    with counted({treesitter.read: "{path}"}) as reads:
        scan(tmp_path)

    assert sorted(reads) == ["module/main.tf", "root_0/main.tf", "root_1/main.tf", "root_2/main.tf"]
    assert set(reads.values()) == {1}


def test_a_fact_is_asked_at_most_once_for_a_resource() -> None:
    facts = {fact.compute: f"{fact.name} of {{{argument(fact.compute)}.key}}" for fact in every_fact()}

    with counted(facts) as asked:
        scan(SHOP)

    assert asked
    assert [each for each, times in asked.items() if times > 1] == []


def test_facts_of_rules_that_the_parameters_rule_out_are_not_asked(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'resource "aws_db_instance" "d" {\n kms_key_id = "alias/aws/rds"\n}\n'})

    with counted({fact.compute: fact.name for fact in every_fact()}) as asked:
        scan(tmp_path)
    with counted({fact.compute: fact.name for fact in every_fact()}) as asked_for_keys:
        app.scan(app.Request(targets=(str(tmp_path),), options=Options(jobs=1), profile="strict"))

    assert "versions.ended" in asked
    assert asked.keys() < asked_for_keys.keys()
    assert "kms.left_to_aws" in asked_for_keys.keys() - asked.keys()


def argument(function: Any) -> str:
    """The name of the first argument, of what is wrapped if something is."""
    code: CodeType = getattr(function, "__wrapped__", function).__code__
    return code.co_varnames[0]


def every_fact() -> list[Fact]:
    folder = Path(app.__file__).parents[1] / "facts"
    names = sorted(path.stem for path in folder.iterdir() if path.stem[0] != "_")
    modules = [__import__(f"cloudaudit.facts.{name}", fromlist=["FACTS"]) for name in names]
    return [fact for module in modules for fact in getattr(module, "FACTS", ())]


def test_a_policy_is_read_once_however_often_it_stands_there(tmp_path: Path) -> None:
    policy = (
        'jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*", Sid = "Once" }] })'
    )
    role = 'resource "aws_iam_policy" "send_{0}" {{\n name = "send-{0}"\n policy = {1}\n}}\n'
    write(tmp_path, {"main.tf": "".join(role.format(number, policy) for number in range(30))})

    with counted({document._text: "{text}"}) as read:  # noqa: SLF001 - that is where the work is
        scan(tmp_path)

    assert list(read.values()) == [1]


def test_instances_that_look_alike_are_judged_once(tmp_path: Path) -> None:
    volume = 'resource "aws_ebs_volume" "data" {\n count = %s\n availability_zone = "eu-west-1a"\n size = 8\n}\n'
    one = write(tmp_path / "one", {"main.tf": volume % 1})
    many = write(tmp_path / "many", {"main.tf": volume % 100})

    with counted({cel.judge: "judged"}) as for_one:
        scan(one)
    with counted({cel.judge: "judged"}) as for_many:
        scan(many)

    assert for_many == for_one


def test_a_rule_judges_once_what_differs_in_nothing_that_it_reads(tmp_path: Path) -> None:
    database = 'resource "aws_db_instance" "d{0}" {{\n identifier = "d{0}"\n storage_encrypted = true\n}}\n'
    few = write(tmp_path / "few", {"main.tf": "".join(map(database.format, range(2)))})
    many = write(tmp_path / "many", {"main.tf": "".join(map(database.format, range(100)))})

    with counted({cel.judge: "judged"}) as for_few:
        scan(few)
    with counted({cel.judge: "judged"}) as for_many:
        scan(many)

    assert for_many["judged"] - for_few["judged"] < 4 * 98  # a few rules read the name; the type has some forty


def test_evidence_shows_a_list_of_objects_once_whatever_is_read_of_each(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'resource "aws_cloudwatch_log_group" "g" {\n name = "g"\n retention_in_days = 30\n}\n'})

    with counted({evidence._fact: "{path}"}) as shown:  # noqa: SLF001 - that is where the work is
        scan(tmp_path)

    assert [path for path in shown if path.startswith("facts.logs.")] == ["facts.logs.stores"]


def test_who_else_may_refer_to_a_resource_is_asked_only_where_something_may(tmp_path: Path) -> None:
    sure = write(tmp_path / "sure", {"main.tf": "".join(map(BUCKET.format, range(3)))})
    unsure = write(tmp_path / "unsure", {"main.tf": BUCKET.format(0) + UNSURE})

    with counted({Companions._possible: "asked"}) as of_sure:  # noqa: SLF001 - as above
        scan(sure)
    with counted({Companions._possible: "asked"}) as of_unsure:  # noqa: SLF001 - as above
        scan(unsure)

    assert not of_sure
    assert of_unsure


BUCKET = """
resource "aws_s3_bucket" "b{0}" {{
  bucket = "data-{0}"
}}
resource "aws_s3_bucket_versioning" "b{0}" {{
  bucket = aws_s3_bucket.b{0}.id
  versioning_configuration {{
    status = "Enabled"
  }}
}}
"""
UNSURE = """
variable "name" {}
resource "aws_s3_bucket_versioning" "unsure" {
  bucket = var.name
  versioning_configuration {
    status = "Enabled"
  }
}
"""
CALL = """
module "queue_{0}" {{
  source = "./module"
  name   = "queue-{0}"
}}
"""
QUEUE = {"module/main.tf": 'variable "name" {}\nresource "aws_sqs_queue" "this" {\n name = var.name\n}\n'}
GROUP = {"group.tf": 'resource "aws_security_group" "g" {\n name = "g"\n}\nvariable "office" {}\n'}
OPEN_RULE = """
resource "aws_security_group_rule" "r{0}" {{
  security_group_id = aws_security_group.g.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 1{0}
  to_port           = 1{0}
  cidr_blocks       = ["0.0.0.0/0"]
}}
"""
HALF_OPEN_RULE = """
resource "aws_vpc_security_group_ingress_rule" "h{0}" {{
  security_group_id = aws_security_group.g.id
  ip_protocol       = "tcp"
  from_port         = 1{0}
  to_port           = 2{0}
  cidr_ipv4         = {0} % 2 == 0 ? "64.0.0.0/3" : var.office
}}
"""
POLICY = """
resource "aws_iam_role_policy" "p{0}" {{
  role   = aws_iam_role.ci.id
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "s3:Get{0}", Resource = "*" }}] }})
}}
"""
TRUST = """
resource "aws_iam_role" "r{0}" {{
  name = "r{0}"
  assume_role_policy = jsonencode({{ Statement = [
    {{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "arn:aws:iam::123456789012:role/x{0}" }} }}
  ] }})
}}
resource "aws_iam_policy" "p{0}" {{
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "s3:*", Resource = "arn:aws:s3:::data-{0}/*" }}] }})
}}
"""
INSTANCE = """
resource "aws_instance" "i{0}" {{
  ami                    = "ami-{0}"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.g.id]
  user_data              = "echo ${{var.office}} {0}"
}}
resource "aws_db_instance" "d{0}" {{
  identifier = "db-{0}"
  password   = "correct-horse-battery"
}}
"""


@pytest.mark.parametrize(
    ("each", "others"),
    [
        pytest.param(BUCKET, {}, id="companions"),
        pytest.param(CALL, QUEUE, id="module calls"),
        pytest.param(OPEN_RULE, GROUP, id="rules of one group"),
        pytest.param(HALF_OPEN_RULE, GROUP, id="rules that are open together"),
        pytest.param(POLICY, ROLES, id="policies of one role"),
        pytest.param(TRUST, {}, id="roles and policies"),
        pytest.param(INSTANCE, GROUP, id="users of one group, holders of one password"),
    ],
)
def test_four_times_as_much_is_four_times_the_work(each: str, others: Mapping[str, str], tmp_path: Path) -> None:
    for name, number in (("few", 50), ("more", 100), ("many", 400)):
        write(tmp_path / name, {**others, "main.tf": "".join(map(each.format, range(number)))})
    scan(tmp_path / "few")  # what is done once in a process

    more = calls(lambda: scan(tmp_path / "more"))
    many = calls(lambda: scan(tmp_path / "many"))

    assert many < 4.4 * more
