"""JSON Lines: one finding a line, for `jq`, `grep` and data stores."""

from cloudaudit.model import Report
from cloudaudit.outputs.output import Options, Output, shown
from cloudaudit.outputs.records import encode, finding_record


def render(report: Report, options: Options) -> str:
    """One compact JSON object a line, in the order of the report; nothing at all when there is nothing to say."""
    lines = [encode(finding_record(finding, report.rules[finding.rule])) for finding in shown(report, options)]
    return b"".join(line + b"\n" for line in lines).decode()


OUTPUT = Output(name="jsonl", suffix=".jsonl", render=render)
