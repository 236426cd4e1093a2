"""The Trust Services Criteria: what each asks, how much of it a configuration can show, what people must bring."""

import functools
import tomllib
from pathlib import Path

import msgspec

from cloudaudit.model import Criterion, Record

SECURITY = "security"  # the category that every SOC 2 report has
MANUAL = "manual"


class _File(Record, frozen=True):
    series: dict[str, str]
    criteria: tuple[Criterion, ...]


@functools.cache
def _file() -> _File:
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def catalogue() -> tuple[Criterion, ...]:
    """All criteria of all categories, also those that no configuration can show, in the order of the standard."""
    return _file().criteria


def series() -> dict[str, str]:
    """The series of criteria ("CC6") and what each is about, in the order of the standard."""
    return dict(_file().series)


def decidable() -> frozenset[str]:
    """The ids that a rule may map to: those of which a configuration can show at least a part."""
    return frozenset(criterion.id for criterion in catalogue() if criterion.coverage != MANUAL)
