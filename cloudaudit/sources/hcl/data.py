"""Data sources: what can be told of them without asking a provider, which is little."""

from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import policy, providers, readers
from cloudaudit.sources.hcl.blocks import failed
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.instances import Instance
from cloudaudit.sources.hcl.scope import TEMPLATE, Alone, Scope
from cloudaudit.sources.hcl.traverse import Open
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import Value, to_string


class DataSource(Instance):
    """One instance of a data source: its arguments, and for a few types its results."""

    def attribute(self, name: str) -> Any:
        """An argument as it was written, or a result if it can be told."""
        result = _RESULTS.get((self.type, name))
        if result is not None and (known := self._result(name, result)) is not None:
            return known
        value = self.written(name)
        return self.after_apply(name, "is read by Terraform from the provider") if value is None else value

    def whole(self) -> Value:
        """What was written and what can be told; all else in it is unknown."""
        names = {*self.arguments(), *self.kinds(), *(name for type_, name in _RESULTS if type_ == self.type)}
        return Open({name: self.attribute(name) for name in sorted(names)}, self.address)

    def _result(self, name: str, result: "Callable[[DataSource], Value]") -> Value:
        memo = f"={name}"
        if memo not in self._memo:
            try:
                self._memo[memo] = result(self)
            except EvaluationError as error:
                what = f"{self.address}.{name}"
                self._memo[memo] = failed(self.scope, what, error, self.declared.file, self.declared.block.span)
        return self._memo[memo]


def _document(source: DataSource) -> Value:
    return policy.render(source)


def _minified(source: DataSource) -> Value:
    return policy.render(source, minified=True)


def _region(source: DataSource) -> Value:
    provider = source.provider
    given = source.written("region") or source.written("name")
    return given or (provider.region if provider else None)


def _by_region(answer: Callable[[str], str]) -> Callable[[DataSource], Value]:
    def result(source: DataSource) -> Value:
        region = _region(source)
        return answer(region) if isinstance(region, str) else None

    return result


def _account(source: DataSource) -> Value:
    provider = source.provider
    return (provider.account or None) if provider else None


def _rendered(source: DataSource) -> Value:
    """data.template_file: its template is a text, rendered with its own variables."""
    template, variables = source.written("template"), source.written("vars") or {}
    if isinstance(template, Unknown) or isinstance(variables, Unknown):
        return combine(template, variables)
    if not isinstance(template, str) or not isinstance(variables, dict):
        return None
    session = source.scope.session
    try:
        return to_string(
            value_of(readers.template(session.reader, template), Scope(Alone(session, TEMPLATE), variables))
        )
    except EvaluationError as error:
        return Unknown(because=f"{source.address}.rendered cannot be evaluated: {error}")


def _packed(source: DataSource) -> Value:
    """data.cloudinit_config: its parts, in order. How they are packed matters to nobody who reads what is in them."""
    parts = source.written("part")
    if not isinstance(parts, list):
        return None
    pieces: list[Value] = []
    for part in parts:
        content = part.get("content") if isinstance(part, dict) else part
        whole = content.partial if isinstance(content, Unknown) and isinstance(content.partial, tuple) else (content,)
        pieces += [f"{piece}\n" if isinstance(piece, str) else piece for piece in whole if piece is not None]
    packed = Unknown(because=f"{source.address}.rendered packs its parts")
    return combine(
        *(pieces if any(isinstance(piece, Unknown) for piece in pieces) else [packed]), partial=tuple(pieces)
    )


_RESULTS: dict[tuple[str, str], Callable[[DataSource], Value]] = {
    ("aws_iam_policy_document", "json"): _document,
    ("aws_iam_policy_document", "minified_json"): _minified,
    ("aws_region", "name"): _region,
    ("aws_region", "id"): _region,
    ("aws_region", "region"): _region,
    ("aws_partition", "partition"): _by_region(providers.partition),
    ("aws_partition", "id"): _by_region(providers.partition),
    ("aws_partition", "dns_suffix"): _by_region(providers.dns_suffix),
    ("aws_caller_identity", "account_id"): _account,
    ("aws_caller_identity", "id"): _account,
    ("cloudinit_config", "rendered"): _packed,
    ("template_cloudinit_config", "rendered"): _packed,
    ("template_file", "rendered"): _rendered,
}
