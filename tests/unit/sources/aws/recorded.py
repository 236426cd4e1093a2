"""An account whose answers a test gives, for what moto does not have or has otherwise than AWS."""

from typing import Any

from botocore.exceptions import ClientError
from botomodel import Session

from cloudaudit.app.auditing import judge_account
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court, Judged
from cloudaudit.model import Verdict
from cloudaudit.sources.aws.account import Plan
from cloudaudit.sources.aws.reader import Reader


class Recorded(Session):
    """Answers by "service.operation"; a function gets the parameters, a text is the code of an error. What is not given
    is made from botocore's models."""

    def __init__(self, answers: dict[str, Any], choice: int = 0) -> None:
        super().__init__(choice)
        self.answers = answers

    def client(self, service: str, region: str) -> Any:
        """A client that answers what is recorded."""
        return _Client(super().client(service, region), service, self.answers)

    def judge(self, *rules: str) -> Judged:
        """What the rules say of the account."""
        reader = Reader(self)  # type: ignore[arg-type]
        return judge_account(Court(Request(only=rules)), reader, Plan(threads=1))

    def verdicts(self, rule: str) -> dict[str, Verdict]:
        """By key of the resource."""
        return {finding.resource: finding.verdict for finding in self.judge(rule).findings}


class _Client:
    def __init__(self, made: Any, service: str, answers: dict[str, Any]) -> None:
        self._made = made
        self._service = service
        self.answers = answers

    def can_paginate(self, _method: str) -> bool:
        return False

    def __getattr__(self, method: str) -> Any:
        if (name := f"{self._service}.{method}") not in self.answers:
            return getattr(self._made, method)
        answer = self.answers[name]

        def call(**params: Any) -> Any:
            found = answer(params) if callable(answer) else answer
            if isinstance(found, str):
                raise ClientError({"Error": {"Code": found, "Message": "as recorded"}}, method)
            return found

        return call
