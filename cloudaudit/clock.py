"""Times as reports, the store and evidence have them: ISO 8601 in UTC, to the second."""

from datetime import UTC, datetime


def text(moment: datetime) -> str:
    """The moment, which knows its zone, as a text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> str:
    """The time now."""
    return text(datetime.now(UTC))
