"""Tickets of findings, and who answers for a finding in which environment."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _text(name: str, *, primary_key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    """Make the table, and the columns; what they are of earlier findings the next run says."""
    op.create_table(
        "ticket_link",
        _text("tracker", primary_key=True),
        _text("key", primary_key=True),
        *map(_text, ("target", "fingerprint", "ticket", "name", "address", "said", "opened", "changed", "memory")),
        sa.PrimaryKeyConstraint("tracker", "key", name="pk_ticket_link"),
    )
    op.create_index("ix_ticket_link_fingerprint", "ticket_link", ["fingerprint"])
    for name in ("environment", "owner"):
        op.add_column("finding", sa.Column(name, sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away; trackers keep their tickets, and the next export finds them there."""
    op.drop_table("ticket_link")
    for name in ("environment", "owner"):
        op.drop_column("finding", name)
