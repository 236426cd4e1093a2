"""Whatever stands in a file of results: results, gaps, or one error that says what is wrong."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap
from cloudaudit.sources.imported.matching import Places
from cloudaudit.sources.imported.reading import read
from cloudaudit.sources.imported.result import Foreign, Tool

RESULTS = [
    {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "x", "rules": [{"id": "r", "properties": {"security-severity": "8"}}]}},
                "invocations": [{"executionSuccessful": False}],
                "results": [
                    {
                        "ruleId": "r",
                        "ruleIndex": 0,
                        "message": {"text": "no"},
                        "suppressions": [{"justification": "x"}],
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "a.tf"},
                                    "region": {"startLine": 1, "endLine": 2},
                                },
                                "logicalLocations": [{"fullyQualifiedName": "aws_s3_bucket.b"}],
                            }
                        ],
                    }
                ],
            }
        ],
    },
    {
        "check_type": "terraform",
        "results": {
            "failed_checks": [
                {
                    "check_id": "CKV_AWS_16",
                    "check_result": {"result": "FAILED"},
                    "file_path": "/a.tf",
                    "file_line_range": [1, 2],
                    "resource": "aws_db_instance.main",
                    "caller_file_line_range": [3, 4],
                }
            ],
            "parsing_errors": ["/b.tf"],
        },
    },
    {
        "SchemaVersion": 2,
        "ArtifactName": "x",
        "Results": [{"Target": "a.tf", "Misconfigurations": [{"ID": "AWS-0080", "CauseMetadata": {"StartLine": 1}}]}],
    },
    [
        {
            "class_uid": 2004,
            "metadata": {"version": "1.5.0", "product": {"name": "Prowler"}},
            "cloud": {"account": {"uid": "1"}},
            "resources": [{"uid": "arn:aws:s3:::b"}],
        }
    ],
    [
        {
            "SchemaVersion": "2018-10-08",
            "GeneratorId": "x",
            "Compliance": {"Status": "FAILED"},
            "Resources": [{"Id": "x"}],
        }
    ],
    {"results": {"violations": [{"rule_id": "x", "line": 1}], "scan_errors": [{"directory": "x"}]}},
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["../x", "/x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, member in members for found in places(member, (*path, name)))]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of results in which one value is another, and some bytes perhaps, too."""
    value = copy.deepcopy(draw(st.sampled_from(RESULTS)))
    *above, last = draw(st.sampled_from(places(value)[1:]))
    inner: Any = value
    for name in above:
        inner = inner[name]
    inner[last] = draw(VALUES)
    data = bytearray(json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for place, byte in draw(st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=2)):
        data[place] = byte
    return bytes(data[: draw(st.none() | st.integers(0, len(data)))])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files())
def test_a_file_ends_in_results_gaps_or_one_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "results"
    path.write_bytes(data)
    told: list[Any] = []

    with suppress(SourceError):
        told += read(path)

    assert {type(one) for one in told} <= {Foreign, Gap, Tool}
    known = Places((), str(tmp_path))
    found = [known.find(one).file for one in told if isinstance(one, Foreign)]
    assert not any(file.path.startswith(("/", "..")) for file in found)
