"""The baseline: what fails today is accepted, and what fails no more is taken out."""

from datetime import date
from pathlib import Path

import msgspec

from cloudaudit.app.request import Request
from cloudaudit.app.scanning import scan
from cloudaudit.decisions import baseline


def write_baseline(request: Request, reason: str, file: str) -> tuple[Path, int]:
    """Write the open failures of the targets into the baseline; the file, and how many are in it."""
    path = _baseline_file(request, file)
    known = baseline.load(path) if path.exists() else baseline.Baseline()
    report = scan(msgspec.structs.replace(request, baseline=str(path) if path.exists() else ""))
    made = baseline.written(report.findings, (request.today or date.min).isoformat(), reason, known)
    baseline.save(path, made)
    return path, len(made.findings)


def prune_baseline(request: Request, file: str) -> tuple[Path, int, int]:
    """Take out of the baseline what fails no more; the file, how many are left, and how many went."""
    path = _baseline_file(request, file)
    known = baseline.load(path)
    made = baseline.pruned(scan(msgspec.structs.replace(request, baseline=str(path))).findings, known)
    baseline.save(path, made)
    return path, len(made.findings), len(known.findings) - len(made.findings)


def _baseline_file(request: Request, file: str) -> Path:
    return Path(file or request.baseline or request.settings.baseline or baseline.FILE)
