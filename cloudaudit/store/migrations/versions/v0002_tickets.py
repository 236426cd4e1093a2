"""Links from findings to tickets of a tracker."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table; the commands that fill it come with the trackers."""
    op.create_table(
        "ticket_link",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("tracker", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "tracker", "id", name="pk_ticket_link"),
    )


def downgrade() -> None:
    """Take it away; tickets are looked up in their tracker again."""
    op.drop_table("ticket_link")
