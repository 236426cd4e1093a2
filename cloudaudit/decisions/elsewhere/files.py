"""Finds out whose file it is, by its content, and reads it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from cloudaudit.decisions.elsewhere import checkov, prowler, trivy
from cloudaudit.decisions.elsewhere.accepted import Accepted
from cloudaudit.decisions.yamlnodes import compose, members
from cloudaudit.errors import SettingsError

NAMES = (
    ".trivyignore",
    ".trivyignore.yaml",
    ".trivyignore.yml",
    ".checkov.baseline",
    "*mutelist*.yaml",
    "*mutelist*.yml",
)
"""What such files are called in a tree."""

_TRIVY = {"misconfigurations", "vulnerabilities", "secrets", "licenses"}


def read(file: str, text: str) -> Iterator[Accepted]:
    """What the file accepts. SettingsError if it is none that is known, or is broken."""
    name = file.replace("\\", "/").rpartition("/")[2]
    if text.lstrip().startswith("{"):
        return checkov.baseline(file, text)
    if fnmatchcase(name, "*trivyignore*") and not name.endswith((".yaml", ".yml")):
        return trivy.lines(file, text)
    top = compose(file, text)
    keys = {key for key, _, _ in members(top)}
    if "Mutelist" in keys:
        return prowler.mutelist(file, top)
    if keys & _TRIVY or (top is None and "trivyignore" in name):
        return trivy.entries(file, top)
    raise SettingsError(
        f"{file}: neither .trivyignore, .checkov.baseline nor a mutelist of prowler; give one, or a folder"
    )
