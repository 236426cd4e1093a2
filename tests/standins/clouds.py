"""AWS on loopback: moto's server, with accounts that may refuse, and a count of what is asked."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
from moto.core.model_instances import reset_model_data
from moto.moto_api._internal import moto_api_backend
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ACCOUNT = "123456789012"
REGION = "us-east-1"
_QUERY = "<ErrorResponse><Error><Code>CODE</Code><Message>refused</Message></Error></ErrorResponse>"
_JSON = json.dumps({"__type": "CODE", "message": "refused"})


class Cloud:
    """Listens on a port of loopback until it is closed. `deny` refuses actions by X-Amz-Target or by the Action of a
    query; `asked` counts requests by the name of their service. `answers` are by operation, for what moto has not."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.before: Callable[[str, str], None] = lambda _service, _body: None
        self._denied: dict[str, str] = {}
        self._inner = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self._reset()

    def close(self) -> None:
        """No more answers; nothing is left of the accounts."""
        self._reset()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def deny(self, *said: str, code: str = "AccessDenied") -> None:
        """Refuse requests that say one of these, such as AssumeRole or the name of a role. A code of digits breaks the
        service: it answers with that status and no XML."""
        self._denied |= dict.fromkeys(said, code)

    def allow(self, *said: str) -> None:
        """Answer them again."""
        for word in said:
            self._denied.pop(word, None)

    def client(self, service: str, account: str = ACCOUNT) -> Any:
        """A client to build with, in an account of the organisation."""
        given = {"region_name": REGION, "endpoint_url": self.url}
        keys: dict[str, str] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        if account != ACCOUNT:
            sts = boto3.client("sts", **given, **keys)
            role = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/builder", RoleSessionName="builder")
            found = role["Credentials"]
            keys = {
                "aws_access_key_id": found["AccessKeyId"],
                "aws_secret_access_key": found["SecretAccessKey"],
                "aws_session_token": found["SessionToken"],
            }
        return boto3.client(service, **given, **keys)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to ask here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
        }

    def _reset(self) -> None:
        moto_api_backend.reset()
        reset_model_data()
        self.asked.clear()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        path = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
        said = f"{environ.get('HTTP_X_AMZ_TARGET', '')} {body.decode('utf-8', 'replace')} {path}"
        scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else ""
        self.asked[service] += 1
        self.before(service, said)
        for word, code in self._denied.items():
            if word in said and code.isdecimal():
                start_response(f"{code} Broken", [("Content-Type", "text/html")])
                return [b"<!doctype html><title>broken</title>"]
            if word in said:
                start_response("403 Forbidden", [("Content-Type", "application/json")])
                return [(_QUERY if "Action=" in said else _JSON).replace("CODE", code).encode()]
        for operation, answer in self.answers.items():
            if environ.get("HTTP_X_AMZ_TARGET", "").endswith(f".{operation}"):
                start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
                return [json.dumps(answer(json.loads(body))).encode()]
        environ["wsgi.input"] = BytesIO(body)
        found: Iterable[bytes] = self._inner(environ, start_response)
        return found
