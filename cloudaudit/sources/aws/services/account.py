"""Whom AWS writes to about an account."""

from collections.abc import Iterator

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect


def _contacts() -> Iterator[Collect]:
    for kind in ("SECURITY", "BILLING", "OPERATIONS"):
        yield Collect(
            type="aws_account_alternate_contact",
            call=Call(
                "account",
                "get_alternate_contact",
                "AlternateContact",
                params={"AlternateContactType": kind},
                unset=("ResourceNotFoundException",),
            ),
            scope=GLOBAL,
            name="AlternateContactType",
            attributes={
                "alternate_contact_type": "AlternateContactType",
                "email_address": "EmailAddress",
                "name": "Name",
                "phone_number": "PhoneNumber",
                "title": "Title",
            },
        )


COLLECTORS = tuple(_contacts())
