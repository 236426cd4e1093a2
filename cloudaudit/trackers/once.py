"""Writes that must not be done twice, and have nothing by which the tracker itself would know."""

from collections.abc import Callable

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.transport import UnsettledError

_TRIES = 3


def once(there: Callable[[], bool], write: Callable[[], object]) -> None:
    """See to it that something is written: it is looked for first, and again where nobody knows whether it was done.
    TrackerError if that stays so."""
    last: RemoteError | None = None
    for _ in range(_TRIES):
        if there():
            return
        try:
            write()
        except UnsettledError as error:
            last = error
        else:
            return
    raise TrackerError(f"{last}; run it again later") from last
