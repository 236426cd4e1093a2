"""The baseline: what fails today is accepted, and what fails no more is taken out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from cloudaudit.app.importing import Import, import_results
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import scan
from cloudaudit.decisions import baseline
from cloudaudit.errors import SettingsError
from cloudaudit.model import Finding


def write_baseline(request: Request, reason: str, file: str, results: Sequence[str] = ()) -> tuple[Path, int]:
    """Write the open failures of the targets into the baseline, with those in the results of other tools; the file, and
    how many are in it."""
    path = _baseline_file(request, file)
    known = baseline.load(path) if path.exists() else baseline.Baseline()
    asked = msgspec.structs.replace(request, baseline=str(path) if path.exists() else "")
    made = baseline.written(_findings(asked, results), (request.today or date.min).isoformat(), reason, known)
    baseline.save(path, made)
    return path, len(made.findings)


def prune_baseline(request: Request, file: str, results: Sequence[str] = ()) -> tuple[Path, int, int]:
    """Take out of the baseline what fails no more; the file, how many are left, and how many went."""
    path = _baseline_file(request, file)
    known = baseline.load(path)
    made = baseline.pruned(_findings(msgspec.structs.replace(request, baseline=str(path)), results), known)
    baseline.save(path, made)
    return path, len(made.findings), len(known.findings) - len(made.findings)


def _findings(request: Request, results: Sequence[str]) -> tuple[Finding, ...]:
    """What a scan of the targets finds, and what other tools found: of the target, if there is one."""
    if len(request.targets) > 1 and results:
        raise SettingsError("results of other tools are about one target; accept those of several one by one")
    scanned = scan(request).findings if request.targets else ()
    if not results:
        return scanned
    tree = request.targets[0] if request.targets else ""
    return (*scanned, *import_results(Import(request=request, files=tuple(results), tree=tree)).findings)


def _baseline_file(request: Request, file: str) -> Path:
    return Path(file or request.baseline or request.settings.baseline or baseline.FILE)
