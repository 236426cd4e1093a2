"""What a plan or state says of variables, outputs, providers and module calls: no resources, but judged like them.

What a module declares is the same in all its instances and wherever it is called, so it is judged once.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from cloudaudit.graph import strip_keys
from cloudaudit.model import Origin, Resource, Unknown
from cloudaudit.sources.configuration import Configuration, ConfiguredModule, Provider

_LATER = "known after apply"


class Output(msgspec.Struct):
    """The value of an output of the root, as plans and states have it."""

    value: Any = None
    sensitive: bool = False


class Declarations:
    """Makes such resources for one root."""

    def __init__(self, origin: Origin, root: str) -> None:
        self._origin = origin
        self._prefix = "" if root in {"", "."} else f"{root}:"

    def outputs(self, outputs: Mapping[str, Output], written: Mapping[str, Any] | None = None) -> Iterator[Resource]:
        """The outputs of the root; a value that is not there is known after apply."""
        names = outputs.keys() | (written or {}).keys()
        for name in sorted(names):
            output = outputs.get(name, Output())
            value = Unknown(because=_LATER) if output.value is None and written is not None else output.value
            attributes: dict[str, Any] = {"name": name, "value": value}
            if output.sensitive:
                attributes["sensitive"] = True
            found = (written or {}).get(name)
            if found is not None and found.description:
                attributes["description"] = found.description
            yield self._resource("terraform_output", f"output.{name}", attributes, "value" if output.sensitive else "")

    def configuration(self, configuration: Configuration, modules: Iterable[str]) -> Iterator[Resource]:
        """The variables and module calls of all modules, of which the instances are named, and the providers."""
        instances: dict[str, str] = {}
        for address in sorted(modules, reverse=True):
            instances[strip_keys(address)] = address
        yield from self._module(configuration.root_module, "", "", instances, set())
        for key, provider in sorted(configuration.provider_config.items()):
            yield self._provider(key.rpartition(":")[2], provider)

    def _module(
        self, module: ConfiguredModule, plain: str, folder: str, instances: Mapping[str, str], seen: set[str]
    ) -> Iterator[Resource]:
        address = instances.get(plain, plain)
        prefix = f"{address}." if address else ""
        if folder not in seen:
            seen.add(folder)
            yield from self._declared(module, prefix)
        for name, call in sorted(module.module_calls.items()):
            if call.module:
                local = call.source.startswith(".")
                inner = (
                    posixpath.normpath(posixpath.join(folder, call.source)) if local else call.source or prefix + name
                )
                yield from self._module(call.module, f"{plain}.module.{name}".lstrip("."), inner, instances, seen)

    def _declared(self, module: ConfiguredModule, prefix: str) -> Iterator[Resource]:
        for name, variable in sorted(module.variables.items()):
            attributes = {"name": name, **msgspec.structs.asdict(variable)}
            given = {key: value for key, value in attributes.items() if value is not None}
            secret = "default" if variable.sensitive else ""
            yield self._resource("terraform_variable", f"{prefix}var.{name}", given, secret)
        for name, call in sorted(module.module_calls.items()):
            values = {"source": call.source, "version": call.version_constraint}
            given = {key: value for key, value in values.items() if value}
            yield self._resource("terraform_module_call", f"{prefix}module.{name}", {"name": name, **given})

    def _provider(self, name: str, provider: Provider) -> Resource:
        prefix = f"{provider.module_address}." if provider.module_address else ""
        attributes = {key: _value(written) for key, written in provider.expressions.items()}
        return self._resource("terraform_provider", f"{prefix}provider.{name}", attributes)

    def _resource(self, kind: str, address: str, attributes: dict[str, Any], secret: str = "") -> Resource:
        return Resource(
            key=self._prefix + address,
            type=kind,
            name=address.rpartition(".")[2],
            address=address,
            attributes=attributes,
            origin=self._origin,
            sensitive=frozenset({secret} if secret else ()),
        )


def _value(written: Any) -> Any:
    """A constant; blocks with the constants in them; unknown for what refers to anything."""
    if isinstance(written, list):
        return [_value(block) for block in written]
    if not isinstance(written, dict):
        return written
    if "constant_value" in written:
        return written["constant_value"]
    if isinstance(references := written.get("references"), list):
        return Unknown(because=f"{references[0] if references else 'it'} decides, and a plan does not show how")
    return {name: _value(inner) for name, inner in written.items()}
