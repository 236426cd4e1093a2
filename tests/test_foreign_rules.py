"""The tables about other scanners' checks, against the rules."""

from cloudaudit import app

BOOK = app.foreign_book(app.Request(targets=()))


def test_the_tables_are_sound() -> None:
    assert BOOK.meaning("checkov", ["CKV_SECRET_2"]).mapped
