"""Messages to a program of one's own: signed, each sent until it is taken, and known again by their ids."""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.model import Severity
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import Answer, running
from tests.standins.trackers import TrackerStandIn

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - that of the standard's example
PAGE = Path(__file__).parents[3] / "docs" / "trackers" / "webhook.md"


def _verified() -> Callable[..., bool]:
    """What the page tells receivers to do."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - our own page
    return names["verified"]  # type: ignore[no-any-return]


class Receiver(TrackerStandIn):
    """Takes what is signed, each id once."""

    kind = "webhook"
    verified = staticmethod(_verified())

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.said: Any = {}
        self.taken: dict[str, dict[str, Any]] = {}

    @property
    def options(self) -> dict[str, str]:
        return {"url": f"{self.url}/tickets?of=acme"}

    @property
    def environment(self) -> dict[str, str]:
        return {"CLOUDAUDIT_WEBHOOK_SECRET": SECRET}

    def _check(self, request: BaseHTTPRequestHandler, path: str, query: dict[str, str], data: bytes) -> bool:
        sound = self.verified(SECRET, request.headers, data, lambda: self.clock.time)
        if not sound or path != "/tickets" or query != {"of": "acme"}:
            self.wrong.append(f"{request.path}: {dict(request.headers)}")
        return sound

    def answer(self, method: str, path: str, body: Any) -> Answer:  # noqa: ARG002 - there is one address
        assert self.headers[-1]["webhook-id"] == body["id"]
        self.taken.setdefault(body["id"], body)
        return 200, self.said

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was taken, in order, each id once."""
        return list(self.taken.values())


@pytest.fixture
def server(clock: Clock) -> Iterator[Receiver]:
    for made in running(lambda: Receiver(clock)):
        assert isinstance(made, Receiver)
        yield made


@pytest.fixture
def export(server: Receiver, clock: Clock) -> Exporter:
    made = Exporter(server, clock)
    made.keeps_links = True
    return made


def test_a_failure_is_told_once_with_all_that_a_ticket_needs(export: Exporter, server: Receiver) -> None:
    export.settings = Export(
        due_days={"high": 30},
        priorities={"high": "P2"},
        assignees={"aws_s3_bucket.*": "ann"},
        labels=("storage",),
        milestone="SOC 2",
        confidential=True,
    )

    assert export(observed()) == ["create"]
    assert export(observed()) == []

    (message,) = server.messages
    text = message.pop("text")
    assert message == {
        "id": f"{observed().key}.created",
        "type": "created",
        "key": observed().key,
        "state": "open",
        "reason": "open",
        "target": "acme/shop",
        "severity": "high",
        "since": "2026-11-22",
        "opened": "2026-11-22",
        "fingerprint": "a-fingerprint",
        "rule": "s3-bucket-versioned",
        "roots": [""],
        "title": "Versions of aws_s3_bucket.a are not kept",
        "labels": ["cloudaudit", "severity: high", "storage"],
        "assignee": "ann",
        "milestone": "SOC 2",
        "due": "2026-12-22",
        "priority": "P2",
        "confidential": True,
    }
    assert "- **Rule**: `s3-bucket-versioned`" in text


def test_what_becomes_of_a_ticket_is_told_step_by_step(export: Exporter, server: Receiver) -> None:
    worse = {"severity": Severity.CRITICAL, "message": "Worse."}
    export(observed())
    export(observed(**worse))
    export(observed(state=State.FIXED, **worse))
    export(observed(**worse))
    export(observed(state=State.ACCEPTED, **worse))
    export(observed(state=State.UNKNOWN, **worse))
    export()

    told = [(one["type"], one["state"], one["reason"], one["severity"]) for one in server.messages]
    assert told == [
        ("created", "open", "open", "high"),
        ("updated", "open", "open", "critical"),
        ("closed", "closed", "fixed", "critical"),
        ("reopened", "open", "open", "critical"),
        ("closed", "closed", "accepted", "critical"),
    ]
    assert server.messages[1]["title"] == "Worse"
    assert "critical" in server.messages[1]["text"]
    assert "does not fail any more" in server.messages[2]["comment"]
    assert {one["key"] for one in server.messages} == {observed().key}


def test_the_answer_names_the_ticket(export: Exporter, server: Receiver) -> None:
    server.said = {"name": "OPS-12\x1b[31m", "address": "https://ops.acme.example/12", "more": 1}

    export(observed())

    (link,) = export.links
    assert (link.name, link.address) == ("OPS-12\\x1b[31m", "https://ops.acme.example/12")


@pytest.mark.parametrize("said", [b"", {}, {"name": 5}, [], b"7"])
def test_another_answer_is_as_good(export: Exporter, server: Receiver, said: Any) -> None:
    server.said = said

    export(observed())

    assert export.links[0].name == observed().key[:8]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_message_that_was_not_taken_is_sent_again_as_the_same(
    export: Exporter, server: Receiver, status: int
) -> None:
    export.patience = 600
    server.faults += [("POST", status, {}, b"")] * 3

    assert export(observed()) == ["create"]

    ids = [headers["webhook-id"] for headers in server.headers]
    moments = [int(headers["webhook-timestamp"]) for headers in server.headers]
    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert moments == sorted(set(moments))


@pytest.mark.parametrize("fate", ["lost", "unanswered"])
@pytest.mark.parametrize("state", [State.OPEN, State.FIXED])
def test_a_run_that_was_killed_is_completed_by_the_next_and_ids_tell(
    export: Exporter, server: Receiver, fate: str, state: State
) -> None:
    if state is State.FIXED:
        export(observed())
    count = len(server.messages)
    server.break_at(1, fate, dead=True)
    with pytest.raises(RemoteError):
        export(observed(state=state))
    server.break_at(0, "", dead=False)

    export(observed(state=state))

    assert export(observed(state=state)) == []
    assert len(server.messages) == count + 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, r"the receiver refuses \(401\): the receiver does not accept the signature"),
        (404, "there is nothing at this address"),
        (410, "this address is not used any more"),
        (301, "has moved"),
    ],
)
def test_what_concerns_all_messages_stops_at_the_first(
    export: Exporter, server: Receiver, status: int, message: str
) -> None:
    server.faults.append(("POST", status, {}, b""))

    with pytest.raises(RemoteError, match=message):
        export(observed("a"), observed("b"))
    assert server.writes == 1


def test_a_page_of_a_proxy_is_no_answer(export: Exporter, server: Receiver) -> None:
    server.faults.append(("POST", 200, {}, b"<html>Sign in</html>"))

    with pytest.raises(RemoteError, match="is no JSON"):
        export(observed())
    assert export(observed()) == ["create"]


def test_one_that_is_refused_stops_no_other(export: Exporter, server: Receiver) -> None:
    server.faults.append(("POST", 422, {}, {"message": "no such team"}))

    first, other = export.done(observed("a"), observed("b"))

    assert "no such team" in first.refused
    assert other.refused == ""


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": {"url": ""}}, "Say --url"),
        ({"options": {"url": "http://hooks.example/x"}}, "must be https"),
        ({"options": {"url": "https://ann:word@hooks.example/x"}}, "must be https"),
        ({"links": None}, "say --store"),
        ({"environment": {}}, "CLOUDAUDIT_WEBHOOK_SECRET is not set; make one"),
        ({"environment": {"CLOUDAUDIT_WEBHOOK_SECRET": "canary"}}, "CLOUDAUDIT_WEBHOOK_SECRET is no secret; make one"),
        ({"environment": {"CLOUDAUDIT_WEBHOOK_SECRET": "Y2FuYXJ5"}}, "CLOUDAUDIT_WEBHOOK_SECRET is no secret"),
    ],
)
def test_what_is_not_said_is_asked_for(export: Exporter, changed: dict[str, Any], message: str) -> None:
    with pytest.raises((TrackerError, RemoteError), match=message) as raised:
        export.connect(**changed)
    assert "canary" not in str(raised.value)
    assert "word" not in str(raised.value)


def test_receivers_verify_as_the_standard_does() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'

    assert Receiver.verified(SECRET, headers, body, lambda: 1614265330.0)
    assert not Receiver.verified(SECRET, headers, body + b" ", lambda: 1614265330.0)
    assert not Receiver.verified(SECRET, headers, body, lambda: 1614265631.0)


def test_the_secret_is_never_sent(export: Exporter, server: Receiver) -> None:
    export(observed())

    assert SECRET.removeprefix("whsec_") not in str((server.calls, server.headers))
