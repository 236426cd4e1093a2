"""What is no resource but is judged like one: variables, outputs, providers, the backend, settings and module calls."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudaudit.model import Location, Origin, Resource, Unknown
from cloudaudit.sources.hcl.blocks import Writing, by_kind
from cloudaudit.sources.hcl.boundary import outside
from cloudaudit.sources.hcl.declarations import Declared
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.providers import Provider
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError
from cloudaudit.sources.hcl.values import Value

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.modules import Module

_BACKENDS = ("backend", "cloud")
_AROUND = ("../..", "../../", "../../..", "../../../")
_NEEDED = {"s3": ("bucket", "key"), "http": ("address",)}
_GIVEN = {
    "s3": ("bucket", "key", "encrypt", "kms_key_id", "sse_customer_key", "use_lockfile", "dynamodb_table"),
    "http": ("address", "skip_cert_verification"),
}
_OF_CALL = ("source", "version")
_OF_VARIABLE = ("default", "sensitive", "description", "nullable", "ephemeral")
_OF_OUTPUT = ("sensitive", "description", "ephemeral")


def resources(module: "Module", prefix: str) -> Iterator[Resource]:
    """The declarations of a module as resources of types such as `terraform_variable`. Outputs, the backend and the
    settings are those of a root: Terraform shows and uses no others."""
    made = _Making(module, prefix)
    found = module.declarations
    for name, declared in found.variables.items():
        yield made.variable(name, declared)
    for name, declared in found.providers.items():
        provider = Provider(name, declared, module.scope)
        yield made.resource("terraform_provider", f"provider.{name}", declared, provider.values, provider.writing)
    for name, declared in found.calls.items():
        yield made.call(name, declared)
    if module.called is None:
        for name, declared in found.outputs.items():
            yield made.output(name, declared)
        yield from made.settings(found.settings, found.providers)


class _Making:
    """Makes the resources of one module."""

    def __init__(self, module: "Module", prefix: str) -> None:
        self.module = module
        self.prefix = prefix

    def resource(
        self, type_: str, address: str, declared: Declared, values: Mapping[str, Value], writing: Writing
    ) -> Resource:
        """One resource; its name is the last part of its address."""
        places: dict[str, Location] = {
            name: declared.place(attribute) for name, attribute in declared.block.body.attributes.items()
        }
        full = self.module.address + address
        return Resource(
            key=self.prefix + full,
            type=type_,
            name=address.rpartition(".")[2],
            address=full,
            attributes={name: outside(value) for name, value in values.items() if value is not None},
            origin=Origin.SOURCE,
            sensitive=frozenset(writing.sensitive),
            location=declared.location(),
            places={**places, **writing.places},
            calls=self.module.calls,
        )

    def variable(self, name: str, declared: Declared) -> Resource:
        """A variable: its declaration, not its value."""
        writing = Writing(declared, f"var.{name}")
        values = {"name": name, **self._constants(declared, _OF_VARIABLE)}
        if values.get("sensitive") is True:
            writing.sensitive.add("default")
        return self.resource("terraform_variable", f"var.{name}", declared, values, writing)

    def output(self, name: str, declared: Declared) -> Resource:
        """An output and its value."""
        writing = Writing(declared, f"output.{name}")
        session = self.module.session
        before, session.tainted = session.tainted, False
        values = {"name": name, "value": self.module.output(name), **self._constants(declared, _OF_OUTPUT)}
        if session.tainted:
            writing.sensitive.add("value")
        session.tainted = before
        return self.resource("terraform_output", f"output.{name}", declared, values, writing)

    def call(self, name: str, declared: Declared) -> Resource:
        """A module call: what is called, not with what."""
        values = {"name": name, **self._constants(declared, _OF_CALL)}
        return self.resource("terraform_module_call", f"module.{name}", declared, values, Writing(declared, name))

    def settings(self, blocks: list[Declared], providers: Mapping[str, Declared]) -> Iterator[Resource]:
        """The `terraform` blocks taken together, and the backend among them.

        A root that configures providers has settings also when it states none: its state is then a local file.
        """
        values: dict[str, Any] = {
            "required_providers": {},
            "configured_providers": sorted(providers),
            "is_example": self._is_example(),
        }
        for declared in blocks:
            kinds = by_kind(declared.block.body)
            values.update(self._constants(declared, ("required_version",)))
            for block in kinds.get("required_providers", ()):
                inner = Declared(block, declared.file)
                values["required_providers"].update(self._constants(inner, tuple(block.body.attributes)))
            for block in (block for kind in _BACKENDS for block in kinds.get(kind, ())):
                inner = Declared(block, declared.file)
                writing = Writing(inner, "backend")
                body = writing.body(block.body, self.module.scope, "")
                body["type"] = block.labels[0] if block.labels else block.type
                if any(name not in body for name in _NEEDED.get(body["type"], ())):
                    # what a backend cannot do without is given on the command line, and so may be all else
                    rest = Unknown(because="the rest of the backend is given to terraform init")
                    body = {**dict.fromkeys(_GIVEN[body["type"]], rest), **body}
                values["backend"] = [{name: outside(value) for name, value in body.items()}]
                yield self.resource("terraform_backend", "backend", inner, body, writing)
        for declared in [*blocks, *providers.values()][:1]:
            yield self.resource("terraform_settings", "terraform", declared, values, Writing(declared, "terraform"))

    def _is_example(self) -> bool:
        """Whether the root shows how the module around it is used, as modules that are published have it: nobody
        deploys it."""
        if "examples" not in self.prefix.rstrip(":").split("/"):
            return False
        sources = (each.block.body.attributes.get("source") for each in self.module.declarations.calls.values())
        return any(getattr(each.value, "value", None) in _AROUND for each in sources if each)

    def _constants(self, declared: Declared, names: tuple[str, ...]) -> dict[str, Value]:
        attributes = declared.block.body.attributes
        return {name: self._constant(attributes[name].value) for name in names if name in attributes}

    def _constant(self, node: Any) -> Value:
        try:
            return value_of(node, self.module.scope)
        except (EvaluationError, LimitError, RecursionError) as error:
            return Unknown(because=str(error))
