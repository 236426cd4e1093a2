"""The service of docs/ci/terraform-cloud.md, as written there, between a Terraform Cloud of our own and a scan."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.ci.pages import TOP, examples

KEY = "a key for both"
PLAN = (TOP / "fixtures" / "terraform" / "twin" / "plan.json").read_bytes()


class Cloud:
    """Hands out the plan, and keeps what it is told."""

    def __init__(self) -> None:
        self.told: Queue[tuple[str, str, Any]] = Queue()
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                allowed = self.headers["Authorization"] == "Bearer task-token"
                self._say(200 if allowed else 401, PLAN if allowed else b"")

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                cloud.told.put((self.path, self.headers["Authorization"], body["data"]))
                self._say(200, b"{}")

            def _say(self, status: int, data: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    made = Cloud()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def post(cloud: Cloud, tmp_path: Path, cache: Path) -> Iterator[Callable[..., int]]:
    """Sends a task to the service, signed."""
    (text,) = [each.text for each in examples(TOP / "docs" / "ci" / "terraform-cloud.md") if each.note == "run task"]
    service = tmp_path / "service.py"
    service.write_text(
        text.replace("    ThreadingHTTPServer(", "    server = ThreadingHTTPServer(").replace(
            ".serve_forever()", "\n    print(server.server_port, flush=True)\n    server.serve_forever()"
        )
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "cloudaudit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cloudaudit "$@"\n')
    (programs / "cloudaudit").chmod(0o755)
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(TOP), "CLOUDAUDIT_CACHE_DIR": str(cache)}
    env |= {"RUN_TASK_HMAC_KEY": KEY, "RUN_TASK_HOME": f"{cloud.url}/", "PORT": "0"}
    running = subprocess.Popen([sys.executable, service], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout is not None
    port = int(running.stdout.readline())

    def call(key: str = KEY, **changed: str) -> int:
        task = {
            "stage": "post_plan",
            "access_token": "task-token",
            "workspace_name": "shop-prod",
            "plan_json_api_url": f"{cloud.url}/api/v2/plans/plan-1/json-output",
            "task_result_callback_url": f"{cloud.url}/api/v2/task-results/1/callback",
        }
        body = json.dumps(task | changed).encode()
        signed = hmac.new(key.encode(), body, hashlib.sha512).hexdigest()
        return httpx.post(
            f"http://127.0.0.1:{port}", content=body, headers={"X-TFC-Task-Signature": signed}
        ).status_code

    yield call
    running.terminate()
    running.wait()
    running.stdout.close()


def test_a_plan_with_failures_fails_the_task(cloud: Cloud, post: Callable[..., int]) -> None:
    assert post() == 200

    path, token, data = cloud.told.get(timeout=60)
    assert (path, token) == ("/api/v2/task-results/1/callback", "Bearer task-token")
    assert data["attributes"]["status"] == "failed"
    assert "failures" in data["attributes"]["message"]
    (outcome,) = data["relationships"]["outcomes"]["data"]
    assert outcome["attributes"]["body"].startswith("<!-- cloudaudit -->\n")


def test_a_plan_that_cannot_be_read_fails_the_task(cloud: Cloud, post: Callable[..., int]) -> None:
    assert post(plan_json_api_url="https://elsewhere.example/plan") == 200

    assert cloud.told.get(timeout=60)[2]["attributes"] == {
        "status": "failed",
        "message": "cloudaudit could not judge the plan",
    }


def test_only_signed_tasks_are_answered(cloud: Cloud, post: Callable[..., int]) -> None:
    assert post(key="another") == 401
    assert post(access_token="test-token") == 200  # noqa: S106 - the name that Terraform Cloud gives it
    assert cloud.told.empty()
