"""History: runs, what they saw, and what changed, in SQLite or PostgreSQL. The only user of SQLAlchemy and Alembic."""

from cloudaudit.store.place import default_url
from cloudaudit.store.store import Store, open_store

__all__ = ["Store", "default_url", "open_store"]
