"""A policy means the same as text, as jsonencode and as a policy document."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudaudit.facts import find
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(
            st.sampled_from(["*", "s3:*", "s3:GetObject", "iam:PassRole", "ec2:RunInstances", "iam:*"]),
            min_size=1, max_size=2, unique=True,
        ),
        "Resource": st.lists(
            st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:iam::111111111111:role/*"]),
            min_size=1, max_size=2, unique=True,
        ),
        "Principal": st.sampled_from([{"AWS": ["*"]}, {"AWS": ["111111111111"]}]),
        "Condition": st.sampled_from(
            [
                {},
                {"StringEquals": {"aws:PrincipalOrgID": ["o-1"]}},
                {"StringNotEquals": {"aws:PrincipalOrgID": ["o-1"]}},
                {"Bool": {"aws:SecureTransport": ["false"]}},
            ]
        ),
    }
)  # fmt: skip
HELD = ("iam.allows_admin", "iam.escalation_paths", "iam.passes_any_role", "iam.service_wildcards")
SHARED = ("iam.public", "iam.public_actions", "iam.denies_insecure_transport")


def heredoc(policy: dict[str, Any]) -> str:
    return f"<<POLICY\n{json.dumps(policy)}\nPOLICY"


def expression(policy: dict[str, Any]) -> str:
    return f"jsonencode({json.dumps(policy)})"


def block(part: dict[str, Any]) -> str:
    """A statement block of a policy document; identity policies have no principals."""
    [names] = part.get("Principal", {"AWS": []}).values()
    principals = f'principals {{\n type = "AWS"\n identifiers = {json.dumps(names)}\n}}' if names else ""
    conditions = "\n".join(
        f'condition {{\n test = "{operator}"\n variable = "{key}"\n values = {json.dumps(values)}\n}}'
        for operator, keys in part["Condition"].items()
        for key, values in keys.items()
    )
    return (
        f'statement {{\n effect = "{part["Effect"]}"\n actions = {json.dumps(part["Action"])}\n'
        f"resources = {json.dumps(part['Resource'])}\n{principals}\n{conditions}\n}}"
    )


def terraform(parts: list[dict[str, Any]]) -> str:
    held = [{key: value for key, value in part.items() if key != "Principal"} for part in parts]
    texts = []
    for kind, statements in (("aws_iam_policy", held), ("aws_s3_bucket_policy", parts)):
        policy = {"Version": "2012-10-17", "Statement": statements}
        texts.append(f'data "aws_iam_policy_document" "{kind}" {{\n' + "\n".join(map(block, statements)) + "\n}")
        for name, value in (
            ("text", heredoc(policy)),
            ("expression", expression(policy)),
            ("document", f"data.aws_iam_policy_document.{kind}.json"),
        ):
            texts.append(f'resource "{kind}" "{name}" {{\n policy = {value}\n}}')
    return "\n".join(texts)


@settings(max_examples=40, deadline=None)
@given(st.lists(STATEMENTS, min_size=1, max_size=3))
def test_a_policy_means_the_same_in_all_three_notations(parts):
    with TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(terraform(parts), encoding="utf-8")
        [whole] = SOURCE.load(Path(folder), Options())

    for kind, names in (("aws_iam_policy", HELD), ("aws_s3_bucket_policy", SHARED)):
        for name in names:
            found = {each.name: find(name).compute(each, whole) for each in whole.of_type(kind)}
            assert len(found) == 3
            assert found["text"] == found["expression"] == found["document"], name
