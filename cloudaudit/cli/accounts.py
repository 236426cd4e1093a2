"""The reports of an audit: one for each account as it is done, or one for all at the end."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cloudaudit.cli.answers import answer, complain, in_colour, width
from cloudaudit.cli.formats import STDOUT
from cloudaudit.cli.progress import Tell
from cloudaudit.cli.reporting import write
from cloudaudit.errors import StoreError
from cloudaudit.outputs import Gate, Output
from cloudaudit.outputs.layout import Paint
from cloudaudit.outputs.overview import Row, render, row

if TYPE_CHECKING:
    from cloudaudit.app import Auditing, Looked, Recorder
    from cloudaudit.model import Report

ACCOUNT = "{account}"


class Watch:
    """Tells progress: accounts that are done, and requests made so far."""

    def __init__(self, tell: Tell, accounts: int) -> None:
        self._tell = tell
        self._accounts = accounts
        self.done = 0
        self.requests = 0
        self._before = 0

    def request(self, account: str, region: str, service: str) -> None:
        """One more request; threads call this."""
        self.requests += 1
        self._tell(self.done, self._accounts, f"{account} {region} {service} {self.requests:,} calls")

    def finished(self, looked: "Looked") -> None:
        """One more account; what workers elsewhere asked counts now."""
        self.done += 1
        self._before += looked.requests
        self.requests = max(self.requests, self._before)
        self._tell(self.done, self._accounts, f"{looked.id} {looked.name} {self.requests:,} calls")


class Reports:
    """Writes what a run finds. Where a path has `{account}` in it, each account's report is written when that account
    is done and then forgotten; a table on stdout takes the place of the text. A store that fails is let be until the
    end: what AWS told goes into the reports all the same."""

    def __init__(
        self,
        work: "Auditing",
        writes: Sequence[tuple[Output, str]],
        gate: Gate,
        *,
        strict: bool,
        recorder: "Recorder | None" = None,
    ) -> None:
        self._work = work
        self._recorder = recorder
        self._gate = gate
        self._strict = strict
        self._each = [one for one in writes if ACCOUNT in one[1]]
        at_end = [one for one in writes if ACCOUNT not in one[1]]
        self._table = bool(self._each) and any(output.name == "text" and path == STDOUT for output, path in at_end)
        self._whole = [one for one in at_end if not self._table or one[1] != STDOUT]
        self._kept: list[Looked] = []
        self._codes: set[int] = set()
        self._recorded = 0
        self._lost: StoreError | None = None
        self.rows: list[Row] = []

    def take(self, one: "Looked") -> None:
        """One account is done."""
        from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

        report = self._work.report([one], part=True)
        write(report, [(output, path.replace(ACCOUNT, one.id)) for output, path in self._each], self._gate)
        if self._recorder and not self._lost:
            self._record(self._recorder, report, one)
        self.rows.append(row(report, one.name))
        self._codes.add(app.exit_code(report, self._gate, strict=self._strict))
        if self._whole:
            self._kept.append(one)

    def _record(self, recorder: "Recorder", report: "Report", one: "Looked") -> None:
        missed = one.judged.missed if one.reached else None
        try:
            recorder.add(report, self._work.request, missed=missed, regions=one.regions)
            self._recorded += 1
        except StoreError as error:
            self._lost = error

    def finish(self) -> int:
        """All are done: write the rest. The exit code is the gravest of the accounts'. StoreError, after everything
        else, when the store failed on the way."""
        from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

        if self._whole:
            write(self._work.report(self._kept), self._whole, self._gate)
        if self._table:
            answer(render(self.rows, width(), Paint(in_colour(sys.stdout))))
        if self._recorder:
            self._close(self._recorder)
        if app.FAILED in self._codes:
            return app.FAILED
        if app.INCOMPLETE not in self._codes:
            return 0
        unknown, gaps = sum(one.unknown for one in self.rows), sum(one.gaps for one in self.rows)
        complain(f"the audit is incomplete: verdicts that are unknown: {unknown:,}, gaps: {gaps:,}")
        return app.INCOMPLETE

    def _close(self, recorder: "Recorder") -> None:
        try:
            if self._lost:
                raise self._lost
            recorder.finish(at=self._work.finished)
        except StoreError as error:
            kept = f"{self._recorded} of {len(self.rows)} accounts {'is' if self._recorded == 1 else 'are'} recorded"
            how = 'the same command with "--resume" records the rest without asking AWS again'
            raise StoreError(f"{error}; the reports are written, {kept}; {how}") from error
        complain(f"recorded as {recorder.audit} in {recorder.place}")

    @property
    def told(self) -> dict[str, int]:
        """For a monitor: accounts, open failures, unknown verdicts and gaps."""
        return {
            "accounts": len(self.rows),
            "failing": sum(sum(one.failing.values()) for one in self.rows),
            "unknown": sum(one.unknown for one in self.rows),
            "gaps": sum(one.gaps for one in self.rows),
        }
