"""The same thing as Terraform source, judged by the same rules."""

from pathlib import Path

from cloudaudit import load
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.model import Verdict


def declared(folder: Path, text: str, *rules: str) -> dict[str, set[Verdict]]:
    """The verdicts that each rule gives on the configuration."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    found: dict[str, set[Verdict]] = {}
    for graph in load(folder):
        for finding in Court(Request(only=rules)).look(graph).findings:
            found.setdefault(finding.rule, set()).add(finding.verdict)
    return found
