import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

from cloudaudit.model import Unknown


def default(name):
    attributes = {} if name is None else {"parameter_group_name": name}
    return fact("parametergroups.default", resource("aws_db_instance.d", **attributes))


def created(address, *, is_set=True):
    return Unknown(because=f"{address} is known after apply", refs=(address,), is_set=is_set)


@pytest.mark.parametrize("name", [None, "", "default.postgres16"])
def test_the_group_of_aws(name):
    assert default(name) is True


@pytest.mark.parametrize(
    "name", ["orders", created("aws_db_parameter_group.main.name"), Unknown(because="var.x", prefix="orders-")]
)
def test_a_group_of_ones_own(name):
    assert default(name) is False


@pytest.mark.parametrize(
    "name",
    [
        ELSEWHERE,
        created("data.aws_db_parameter_group.found.name"),
        created("aws_db_parameter_group.main.name", is_set=False),
        Unknown(because="var.x", prefix="def"),
        Unknown(because="var.x", prefix="default.postgres"),
    ],
)
def test_a_group_that_is_not_known(name):
    assert is_unknown(default(name))


def requires(engine, version=None, **group):
    attributes = {"engine": engine, "engine_version": version}
    if not group:
        return fact("parametergroups.requires_tls", resource("aws_db_instance.d", **attributes))
    database = resource("aws_db_instance.d", parameter_group_name="orders", **attributes)
    return fact("parametergroups.requires_tls", database, resource("aws_db_parameter_group.g", name="orders", **group))


@pytest.mark.parametrize(
    ("engine", "version", "expected"),
    [
        ("postgres", None, True),
        ("postgres", "14.9", False),
        ("postgres", "15", True),
        ("postgres", "17.2", True),
        ("mysql", "8.4.3", False),
        ("mariadb", "10.11", False),
        ("mariadb", "11.8.3", True),
        ("aurora-postgresql", "16.4", False),
        ("aurora-postgresql", "17.4", True),
        ("sqlserver-ex", None, False),
    ],
)
def test_what_engines_ask_for_by_themselves(engine, version, expected):
    assert requires(engine, version) is expected


def test_a_version_that_is_not_known_leaves_it_open():
    assert is_unknown(requires("postgres", ELSEWHERE))
    assert is_unknown(requires(ELSEWHERE))
    assert is_unknown(requires("mariadb"))


def parameter(name, value):
    return {"family": "postgres14", "parameter": [{"name": name, "value": value}]}


def test_what_a_group_asks_for():
    assert requires("postgres", **parameter("rds.force_ssl", "1")) is True
    assert requires("postgres", **parameter("rds.force_ssl", "0")) is False
    assert requires("postgres", **parameter("log_statement", "ddl")) is False
    assert requires("mysql", **parameter("require_secure_transport", "ON")) is True
    assert requires("db2-se", **parameter("DB2COMM", "SSL")) is True
    assert requires("db2-se", **parameter("db2comm", "TCPIP,SSL")) is False
    assert requires("postgres", family="postgres16") is True
    assert requires("aurora-postgresql", family="aurora-postgresql16") is False
    assert requires("mysql", family="aurora-mysql8.0") is False
    assert is_unknown(requires("postgres", **parameter("rds.force_ssl", ELSEWHERE)))
    assert is_unknown(requires("postgres", **parameter(ELSEWHERE, "1")))
    assert is_unknown(requires("postgres", family=ELSEWHERE))
