"""Alembic reads this file; the connection comes from cloudaudit.store.schema."""

from alembic import context

from cloudaudit.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
