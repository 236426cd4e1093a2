"""Dates in files that people write: YYYY-MM-DD, and nothing else."""

from datetime import date, timedelta


def parse(text: str) -> date | None:
    """The date, or None if it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_past(text: str, today: date) -> bool:
    """Whether the last day is over. What is no date never ends, and was refused when it was read."""
    last = parse(text)
    return last is not None and last < today


def is_near(text: str, today: date, days: int) -> bool:
    """Whether the last day lies within so many days."""
    last = parse(text)
    return last is not None and today <= last <= today + timedelta(days=days)
