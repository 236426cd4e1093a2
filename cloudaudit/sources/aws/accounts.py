"""Which accounts are audited: those of profiles, of a file, or of an organisation."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Record
from cloudaudit.sources.aws.session import Session, open_profile, refused_credentials

ROLE = "OrganizationAccountAccessRole"
"""The role that AWS makes in the accounts of an organisation, for its management account."""

_ID = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:(aws[\w-]*):iam::(\d{12}):role/([\w+=,.@/-]+)")


class Target(Record, frozen=True):
    """One account to audit, and how to get into it: by a role that the credentials of a profile may assume, or by these
    alone."""

    id: str
    name: str = ""
    profile: str = ""
    role: str = ""
    external_id: str = ""
    environment: str = ""
    regions: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return f"account {self.id}"


class Access(Record, frozen=True):
    """How roles are assumed: the name of the role, the external id that its trust asks for, and a session policy (JSON)
    that narrows what we may do with it."""

    role: str = ROLE
    external_id: str = ""
    policy: str = ""


def of_profiles(profiles: Iterable[str]) -> "Accounts":
    """The account of each profile, or of the default credentials where none is named. One of several that is refused is
    left out; SourceError for one alone."""
    named = list(profiles) or [""]
    targets, left_out = [], []
    for profile in named:
        try:
            targets.append(Target(id=_session(profile).account, profile=profile))
        except SourceError as error:
            if len(named) == 1:
                raise
            left_out.append((profile, Gap(what=f"profile {profile}", why=str(error))))
    return Accounts(targets=tuple(targets), left_out=tuple(left_out))


def of_ids(ids: Iterable[str], access: Access, profile: str = "") -> list[Target]:
    """Accounts that a role leads to. SourceError for what is no id of an account."""
    found = []
    for id_ in ids:
        if not _ID.fullmatch(id_):
            raise SourceError(f"{id_!r} is no account id: 12 digits")
        found.append(_completed(Target(id=id_), access, profile))
    return found


def of_file(path: Path, access: Access, profile: str = "") -> list[Target]:
    """The accounts in a file: an id or the ARN of a role a line, or `[[accounts]]` tables in TOML. SourceError names
    the line that is neither."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from None
    found = _tables(path, text) if path.suffix == ".toml" else list(_lines(path, text))
    if not found:
        raise SourceError(f"{path}: names no account; write one id or role ARN a line")
    return [_completed(target, access, profile) for target in found]


def _tables(path: Path, text: str) -> list[Target]:
    try:
        rows = tomllib.loads(text).get("accounts", [])
        found = msgspec.convert(rows, list[Target])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SourceError(f"{path}: {error}") from None
    for target in found:
        if not _ID.fullmatch(target.id):
            raise SourceError(f"{path}: {target.id!r} is no account id: 12 digits, in quotes")
    return found


def _lines(path: Path, text: str) -> Iterator[Target]:
    for number, line in enumerate(text.splitlines(), start=1):
        stated, *name = line.partition("#")[0].split(maxsplit=1)[:2] or [""]
        if role := _ARN.fullmatch(stated):
            yield Target(id=role[2], role=stated, name=" ".join(name))
        elif _ID.fullmatch(stated):
            yield Target(id=stated, name=" ".join(name))
        elif stated:
            raise SourceError(f"{path}:{number}: {stated!r} is neither an account id (12 digits) nor the ARN of a role")


def _completed(target: Target, access: Access, profile: str) -> Target:
    role = target.role or access.role
    return msgspec.structs.replace(
        target,
        profile=target.profile or profile,
        role=role if role.startswith("arn:") else f"arn:aws:iam::{target.id}:role/{role}",
        external_id=target.external_id or access.external_id,
    )


def of_organization(access: Access, units: Iterable[str] = (), profile: str = "") -> "Accounts":
    """The active accounts of the organisation, or of some of its units with those below them. The account of the
    credentials is audited by these alone. SourceError when the organisation cannot be listed."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - 0.2 s that `--help` need not pay

    session = _session(profile)
    try:
        with session.asking("organizations", session.home) as client:
            rows = list(_of_units(client, tuple(units))) if tuple(units) else _all(client, "list_accounts", "Accounts")
    except (BotoCoreError, ClientError) as error:
        raise SourceError(
            f"the organisation cannot be listed: {refused_credentials(error)}; ask its management account, or "
            "one that administers it, or name the accounts with --accounts FILE"
        ) from None
    targets, left_out = [], []
    for row in sorted({row["Id"]: row for row in rows}.values(), key=lambda row: str(row["Id"])):
        if row.get("Status", "ACTIVE") != "ACTIVE":
            left_out.append((str(row["Id"]), Gap(what=f"account {row['Id']}", why=f"its status is {row['Status']}")))
            continue
        targets.append(_member(row, session, access, profile))
    return Accounts(targets=tuple(targets), left_out=tuple(left_out))


class Accounts(Record, frozen=True):
    """Accounts, and those that cannot be audited: their ids, and why."""

    targets: tuple[Target, ...]
    left_out: tuple[tuple[str, Gap], ...]


def _member(row: Mapping[str, Any], session: Session, access: Access, profile: str) -> Target:
    known = Target(id=str(row["Id"]), name=str(row.get("Name") or ""), profile=profile)
    if known.id == session.account:
        return known
    role = f"arn:{session.partition}:iam::{known.id}:role/{access.role}"
    return msgspec.structs.replace(known, role=role, external_id=access.external_id)


def _of_units(client: Any, units: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        yield from _all(client, "list_accounts_for_parent", "Accounts", ParentId=unit)
        below = _all(client, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=unit)
        waiting += [str(each["Id"]) for each in below]


def _all(client: Any, operation: str, items: str, **params: str) -> list[Mapping[str, Any]]:
    return [row for page in client.get_paginator(operation).paginate(**params) for row in page[items]]


def enter(target: Target, policy: str = "") -> Session:
    """The credentials of the account. SourceError when they are refused."""
    base = _session(target.profile)
    if not target.role:
        return base
    return base.assume(target.role, external_id=target.external_id, policy=policy)


def keeper(account: str, profile: str, access: Access) -> Session:
    """The credentials for an account that keeps something about the others: those of the profile, or of the role there
    where it is another account's. SourceError when they are refused."""
    base = _session(profile)
    if account in ("", base.account):
        return base
    (target,) = of_ids([account], access, profile)
    return enter(target)


@lru_cache(maxsize=32)
def _session(profile: str) -> Session:
    """The credentials of a profile: opened once, since all its roles are assumed from there."""
    return open_profile(profile)
