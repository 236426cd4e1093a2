"""Where the answers of an audit are kept until it is complete, so that one that was stopped can be taken up again."""

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from cloudaudit.app.auditing import Audit
from cloudaudit.errors import SourceError


def kept(audit: Audit, *, resume: bool) -> Audit:
    """The audit with a folder for its answers: those of a stopped one with `resume`, otherwise empty. Audits that ask
    for the same accounts in the same way share it. SourceError when it cannot be made."""
    folder = _folder(audit)
    try:
        if not resume:
            discard(str(folder))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SourceError(f"{folder}: answers cannot be kept here: {error.strerror}") from None
    return msgspec.structs.replace(audit, folder=str(folder))


def discard(folder: str) -> None:
    """Forget the answers: the audit is complete."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _folder(audit: Audit) -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - only audits keep anything

    who = (audit.profiles, audit.organization, audit.units, audit.accounts, audit.role, audit.session_policy)
    return (
        user_state_path("cloudaudit", appauthor=False) / "answers" / hashlib.sha256(repr(who).encode()).hexdigest()[:16]
    )
