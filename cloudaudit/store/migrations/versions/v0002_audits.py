"""Audits that are recorded target by target, so that one that never finished shows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table. What was recorded before was recorded whole, and needs no row."""
    op.create_table(
        "audit",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("finished", sa.Text, nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit"),
    )


def downgrade() -> None:
    """Take it away; runs stay, which of them belong to an unfinished audit is forgotten."""
    op.drop_table("audit")
