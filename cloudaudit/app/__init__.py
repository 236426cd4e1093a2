"""The use cases. The command line and the web call these and nothing else; only this package knows two siblings.

What few commands ask for is asked of its module: comparing, equipping, exporting, importing, waiving.
"""

from cloudaudit.app.accepting import prune_baseline, write_baseline
from cloudaudit.app.auditing import Audit, Auditing, Looked
from cloudaudit.app.book import (
    check,
    criteria,
    examples,
    find_rule,
    fingerprint,
    foreign_book,
    own_rules,
    rule_set,
    rules,
)
from cloudaudit.app.drifting import compare_live
from cloudaudit.app.explaining import explain
from cloudaudit.app.gating import FAILED, INCOMPLETE, exit_code, gate, incompleteness
from cloudaudit.app.keeping import discard, kept
from cloudaudit.app.permitting import permissions
from cloudaudit.app.recording import Recorder, open_store, record, target_name
from cloudaudit.app.request import Request, Tell
from cloudaudit.app.scanning import scan
from cloudaudit.app.targets import draw, graphs, load
from cloudaudit.settings import Settings

__all__ = [
    "FAILED",
    "INCOMPLETE",
    "Audit",
    "Auditing",
    "Looked",
    "Recorder",
    "Request",
    "Settings",
    "Tell",
    "check",
    "compare_live",
    "criteria",
    "discard",
    "draw",
    "examples",
    "exit_code",
    "explain",
    "find_rule",
    "fingerprint",
    "foreign_book",
    "gate",
    "graphs",
    "incompleteness",
    "kept",
    "load",
    "open_store",
    "own_rules",
    "permissions",
    "prune_baseline",
    "record",
    "rule_set",
    "rules",
    "scan",
    "target_name",
    "write_baseline",
]
