"""A nightly audit in AWS Lambda. The history comes from a bucket and goes back, with the reports and the heartbeat."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3

_WORK = Path("/tmp/audit")  # Lambda has no other folder to write to
_FOR_KEEPING = 60  # seconds
_DID_ITS_WORK = (0, 1)  # 1 says that failures were found


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Audit, and keep what came out. An error, which alarms, unless the audit did its work.

    The history must be in the bucket: an audit that starts an empty one would hide what was before.
    """
    bucket = boto3.client("s3")
    shutil.rmtree(_WORK, ignore_errors=True)
    (_WORK / "reports").mkdir(parents=True)
    name = os.environ["BUCKET"]
    bucket.download_file(name, "history.db", str(_WORK / "history.db"))
    code = _audit(context.get_remaining_time_in_millis() / 1000 - _FOR_KEEPING)
    for path in sorted(_WORK.rglob("*")):
        if path.suffix in (".db", ".json"):
            bucket.upload_file(str(path), name, path.relative_to(_WORK).as_posix())
    if code not in _DID_ITS_WORK:
        raise RuntimeError(f"the audit ended with {code}")
    return {"exit_code": code}


def _audit(seconds: float) -> int:
    """The exit code; subprocess.TimeoutExpired where time runs out, and nothing is kept."""
    command = ["cloudaudit", "audit", "--org", "--strict"]
    command += ["--role", os.environ["AUDIT_ROLE"], "--external-id", os.environ["EXTERNAL_ID"]]
    command += ["--store", "sqlite:///history.db", "--heartbeat", "heartbeat.json", "-o", "reports/{account}.json"]
    settings = os.environ | {"CLOUDAUDIT_CACHE_DIR": "/tmp/cache", "XDG_STATE_HOME": "/tmp/state"}
    return subprocess.run(command, cwd=_WORK, env=settings, timeout=seconds, check=False).returncode
