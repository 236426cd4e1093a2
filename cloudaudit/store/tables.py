"""The tables, as the newest migration leaves them. Times are ISO 8601 in UTC, so that their text sorts as they do.

A finding is known by target and fingerprint. What runs said of it are intervals: from the run `from_run` on, until the
run `to_run` said otherwise (empty: nobody has). A run saw an interval that covers it if it looked at its root (`scope`)
and applied its rule (`rulebook`), unless the finding was out of its sight (`unseen`).
"""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text, UniqueConstraint

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, primary_key=primary_key)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _run(name: str, *, primary_key: bool = False, nullable: bool = False) -> "Column[int]":
    return Column(name, Integer, ForeignKey("run.number"), primary_key=primary_key, nullable=nullable)


TARGET = Table("target", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))
Index("uq_target_name", TARGET.c.name, unique=True)

RULEBOOK = Table("rulebook", METADATA, _text("digest", primary_key=True), _text("rules"))

RUN = Table(
    "run",
    METADATA,
    Column("number", Integer, primary_key=True),
    _text("id"),
    _text("audit"),
    Column("target", Integer, ForeignKey("target.id"), nullable=False),
    *map(_text, ("started", "finished", "version", "rules_digest")),
    Column("rulebook", Text, ForeignKey("rulebook.digest"), nullable=False),
    *map(_text, ("profile", "selection")),
    *map(_count, ("population", "roots")),
    _text("status"),
    *map(_count, ("passing", "failing", "waived", "unknown")),
    UniqueConstraint("audit", "target"),
    Index("ix_run_target_number", "target", "number"),
    sqlite_autoincrement=True,  # a number is never given twice
)

SCOPE = Table(
    "scope",
    METADATA,
    _run("run", primary_key=True),
    _text("root", primary_key=True),
    _text("origin"),
    _count("resources"),
)

GAP = Table(
    "gap",
    METADATA,
    _run("run", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    *map(_text, ("what", "why", "remedy", "file")),
    _count("line"),
)

POPULATION = Table(
    "population",
    METADATA,
    _run("run", primary_key=True),
    _text("by", primary_key=True),
    _text("name", primary_key=True),
    *map(_count, ("passing", "failing", "waived", "unknown")),
    sqlite_with_rowid=False,
)

FINDING = Table(
    "finding",
    METADATA,
    Column("target", Integer, ForeignKey("target.id"), primary_key=True, autoincrement=False),
    _text("fingerprint", primary_key=True),
    *map(_text, ("rule", "resource", "type", "address", "root", "region", "environment", "owner")),
    _run("first_run"),
    _run("opened_run", nullable=True),
    _run("fixed_run", nullable=True),
    _count("reopened"),
    *map(_text, ("message", "file")),
    _count("line"),
    _text("decision"),
    Index("ix_finding_rule", "rule"),
    Index("ix_finding_resource", "resource"),
    Index("ix_finding_address", "address"),
    Index("ix_finding_fingerprint", "fingerprint"),
    sqlite_with_rowid=False,
)

OBSERVATION = Table(
    "observation",
    METADATA,
    Column("target", Integer, primary_key=True, autoincrement=False),
    _text("fingerprint", primary_key=True),
    _run("from_run", primary_key=True),
    _run("to_run", nullable=True),
    *map(_text, ("verdict", "severity", "status", "ended", "evidence")),
    ForeignKeyConstraint(["target", "fingerprint"], ["finding.target", "finding.fingerprint"]),
    Index("ix_observation_target_from_run", "target", "from_run"),
    Index("ix_observation_target_to_run", "target", "to_run"),
    sqlite_with_rowid=False,
)

UNSEEN = Table(
    "unseen",
    METADATA,
    Column("target", Integer, primary_key=True, autoincrement=False),
    _text("fingerprint", primary_key=True),
    _run("from_run", primary_key=True),
    _run("to_run", nullable=True),
    ForeignKeyConstraint(["target", "fingerprint"], ["finding.target", "finding.fingerprint"]),
    sqlite_with_rowid=False,
)

EVENT = Table(
    "event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _run("run"),
    *map(_text, ("at", "kind", "target", "fingerprint", "rule", "resource", "detail", "previous", "digest")),
    Index("ix_event_run", "run"),
    Index("ix_event_fingerprint", "fingerprint"),
)

TICKET_LINK = Table(
    "ticket_link",
    METADATA,
    _text("tracker", primary_key=True),
    _text("key", primary_key=True),
    *map(_text, ("target", "fingerprint", "ticket", "name", "address", "said", "opened", "changed", "memory")),
    Index("ix_ticket_link_fingerprint", "fingerprint"),
)

AUDIT = Table(
    "audit",
    METADATA,
    _text("name", primary_key=True),
    *map(_text, ("started", "finished", "targets")),
)
