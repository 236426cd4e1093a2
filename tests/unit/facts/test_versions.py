import datetime as dt

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

from cloudaudit.facts.versions import tables


@pytest.mark.parametrize(
    ("address", "attributes"),
    [
        ("aws_eks_cluster.c", {"version": "1.25"}),
        ("aws_db_instance.d", {"engine": "mysql", "engine_version": "5.6.51"}),
        ("aws_db_instance.d", {"engine": "postgres", "engine_version": "9.6"}),
        ("aws_db_instance.d", {"engine": "oracle-ee", "engine_version": "12.1.0.2.v1"}),
        ("aws_rds_cluster.d", {"engine": "aurora-mysql", "engine_version": "5.6.mysql_aurora.1.23.4"}),
        ("aws_mq_broker.b", {"engine_type": "ActiveMQ", "engine_version": "5.15.0"}),
        ("aws_db_instance.d", {"engine": "mariadb", "engine_version": "10.5.29"}),
        ("aws_db_instance.d", {"engine": "sqlserver-se", "engine_version": "11.00.7507.2.v1"}),
        ("aws_elasticache_replication_group.c", {"engine_version": "3.2.6"}),
        ("aws_msk_cluster.k", {"kafka_version": "2.2.1"}),
        ("aws_msk_cluster.k", {"kafka_version": "3.7.x.kraft"}),
    ],
)
def test_versions_that_have_ended(address, attributes):
    assert fact("versions.ended", resource(address, **attributes)) is True


@pytest.mark.parametrize(
    ("address", "attributes"),
    [
        ("aws_eks_cluster.c", {"version": "1.35"}),
        ("aws_eks_cluster.c", {}),
        ("aws_db_instance.d", {"engine": "mysql", "engine_version": "8.4.3"}),
        ("aws_db_instance.d", {"engine": "postgres", "engine_version": "17"}),
        ("aws_db_instance.d", {"engine": "custom-oracle-ee", "engine_version": "12.1"}),
        ("aws_mq_broker.b", {"engine_type": "RabbitMQ", "engine_version": "3.13"}),
        ("aws_opensearch_domain.s", {"engine_version": "OpenSearch_2.19"}),
        ("aws_opensearch_domain.s", {"engine_version": "OpenSearch_1.2"}),
        ("aws_elasticsearch_domain.s", {"elasticsearch_version": "7.4"}),
        ("aws_db_instance.d", {"engine": "sqlserver-se", "engine_version": "15.00.4345.5.v1"}),
        ("aws_elasticache_cluster.c", {"engine": "memcached", "engine_version": "1.6.22"}),
    ],
)
def test_versions_that_have_not(address, attributes):
    assert fact("versions.ended", resource(address, **attributes)) is False


def test_extended_support_is_told_apart():
    database = resource("aws_db_instance.d", engine="postgres", engine_version="12.17")
    search = resource("aws_elasticsearch_domain.s")  # the provider's default is 1.5

    assert fact("versions.extended", database) is fact("versions.extended", search) is True
    assert fact("versions.ended", database) is fact("versions.ended", search) is False


def test_what_is_not_known_is_unknown():
    assert is_unknown(fact("versions.ended", resource("aws_eks_cluster.c", version=ELSEWHERE)))
    assert is_unknown(fact("versions.ended", resource("aws_db_instance.d", engine=ELSEWHERE, engine_version="5.6")))
    assert is_unknown(fact("versions.ended", resource("aws_db_instance.d", engine_version="5.6")))


@pytest.mark.parametrize(
    ("engine", "version", "expected"),
    [
        ("postgres", "13.2", True),
        ("postgres", "13.3", False),
        ("postgres", "13", False),
        ("postgres", "9.6.21", True),
        ("postgres", "9.6.22", False),
        ("postgres", "9.5.2", True),
        ("postgres", "16.1", False),
        ("aurora-postgresql", "11.8", True),
        ("aurora-postgresql", "11.9", False),
        ("aurora-postgresql", "12.4", False),
        ("mysql", "5.6.1", False),
    ],
)
def test_releases_with_the_hole_in_log_fdw(engine, version, expected):
    assert fact("versions.log_fdw", resource("aws_db_instance.d", engine=engine, engine_version=version)) is expected


def test_every_table_has_a_source_that_was_read_and_no_date_after_that_of_the_file():
    tabled = {name: table for name, table in tables().items() if isinstance(table, dict)}
    days = [day for table in tabled.values() for kind in ("standard", "ended") for day in table.get(kind, {}).values()]

    assert all(table["source"].startswith("https://") and table["confirmed"] for table in tabled.values())
    assert all(isinstance(day, dt.date) and day <= tables()["date"] for day in days)
