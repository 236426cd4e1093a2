"""Three-valued truth: `True`, `False`, or an `Unknown` that says why."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from cloudaudit.model import Unknown

Truth: TypeAlias = bool | Unknown

_CAUSES = 4  # a reader needs a few causes, not all of a thousand


def unknown(causes: Iterable[str]) -> Unknown:
    """One `Unknown` for several causes, each named once."""
    named = list(dict.fromkeys(causes))
    rest = [f"and {len(named) - _CAUSES} more"] if len(named) > _CAUSES else []
    return Unknown(because="; ".join(named[:_CAUSES] + rest))


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if one is true; else unknown if one is unknown; else false."""
    doubts: list[str] = []
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Unknown):
            doubts.append(truth.because)
    return unknown(doubts) if doubts else False


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if one is false; else unknown if one is unknown; else true."""
    doubts: list[str] = []
    for truth in truths:
        if truth is False:
            return False
        if isinstance(truth, Unknown):
            doubts.append(truth.because)
    return unknown(doubts) if doubts else True


def negate(truth: Truth) -> Truth:
    """The opposite; the opposite of unknown is unknown."""
    return truth if isinstance(truth, Unknown) else not truth


def certain(found: Sequence[str], doubts: Iterable[str]) -> list[str] | Unknown:
    """What was found; unknown if that is nothing and something could not be read."""
    causes = list(doubts)
    return unknown(causes) if causes and not found else sorted(set(found))
