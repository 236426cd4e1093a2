"""Scores our verdicts against the tests of Regula's AWS rules: a suite that no rule here was written beside.

    python benchmarks/accuracy/regula.py --checkout PATH [--list]

Regula's tests say of a resource that a rule allows it or not, or of a whole file that it is valid or not. RULES says
which rules of ours ask the same; tests of other rules are left out.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scoring import Row, combined, parser, report, verdicts

from cloudaudit import app

RULES = {
    "cloudfront_viewer_https": ("cloudfront-viewer-https",),
    "cloudtrail_log_validation": ("cloudtrail-log-file-validation",),
    "ebs_ebs_volume_encryption": ("ebs-volume-encrypted",),
    "iam_admin_policy": ("iam-policy-no-admin",),
    "iam_policy": ("iam-user-no-direct-policy",),
    "kms_key_rotation": ("kms-key-rotation",),
    "s3_encryption": ("s3-bucket-explicit-encryption",),
    "security_group_ingress_anywhere": ("sg-open-ports-approved", "sg-no-open-all-ports"),
    "security_groups_ingress_22": ("sg-no-open-ssh",),
    "security_groups_ingress_3389": ("sg-no-open-rdp",),
    "vpc_vpc_flow_logging_enabled": ("vpc-flow-logs",),
}
_TEST = re.compile(r"^test_\w+ \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_INPUT = re.compile(r"\b(\w+)_(?:tf|infra_json|json)\b(?!\.rego)")
_BY_ID = re.compile(r'by_resource_id\["(.+?)"\]\s*:?={1,2}\s*(true|false)')
_BY_RESOURCE = re.compile(r'^\s*(not )?(allow|deny) with input as resources\["(.+?)"\]', re.MULTILINE)
_WHOLE = re.compile(r"^\s*(not )?(?:report|r)\.valid\b", re.MULTILINE)


class Label(NamedTuple):
    """What a test says: of a resource, or with an empty address of a whole file."""

    rule: str
    file: Path
    address: str
    label: str


def labels(checkout: Path) -> Iterator[Label]:
    """The labels of all tests whose rule has a counterpart here."""
    for test in sorted((checkout / "rego/tests/rules/tf/aws").rglob("*_test.rego")):
        text = test.read_text(encoding="utf-8")
        package = re.search(r"^package rules\.tf_aws_(\w+)", text, re.MULTILINE)
        if package and package[1] in RULES:
            for body in _TEST.findall(text):
                yield from _labels(package[1], test.parent / "inputs", text, body)


def _labels(rule: str, folder: Path, text: str, body: str) -> Iterator[Label]:
    names = [*_INPUT.findall(body), *_INPUT.findall(text)]
    files = [folder / f"{name}{end}.tf" for name in names for end in ("", "_infra")]
    file = next((each for each in files if each.exists()), None)
    if file is None:
        return
    for address, valid in _BY_ID.findall(body):
        yield Label(rule, file, address, "pass" if valid == "true" else "fail")
    for negated, word, address in _BY_RESOURCE.findall(body):
        yield Label(rule, file, address, "pass" if bool(negated) == (word == "deny") else "fail")
    for negated in _WHOLE.findall(body):
        yield Label(rule, file, "", "fail" if negated else "pass")


def score(label: Label) -> Row:
    """What our rules say of the resource, or of all that are in the file."""
    rules = app.rules(app.Request(targets=()), RULES[label.rule])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_text(label.file.read_text(encoding="utf-8"), encoding="utf-8")
        said = verdicts(Path(folder), rules)
    ours = combined(said.get(label.address, []) if label.address else [each for some in said.values() for each in some])
    return Row(label.rule, RULES[label.rule], f"{label.file.stem} {label.address}".strip(), label.label, ours)


def main() -> None:
    """Parse the options, score, print."""
    options = parser(__doc__, "fugue/regula").parse_args()
    rows = [score(label) for label in labels(options.checkout.resolve())]
    report(rows, {}, listing=options.list, whole=False)


if __name__ == "__main__":
    main()
