"""The resources of a root, in the shape that every source gives them."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.model import Origin, Resource, Unknown
from cloudaudit.schema import normalise, resource_schema
from cloudaudit.schema.data_sources import READING, REQUEST
from cloudaudit.sources.hcl import pseudo, written
from cloudaudit.sources.hcl.boundary import outside
from cloudaudit.sources.hcl.data import DataSource
from cloudaudit.sources.hcl.instances import Instance, Managed
from cloudaudit.sources.hcl.modules import Module
from cloudaudit.sources.hcl.namespaces import Absent
from cloudaudit.sources.hcl.references import direct

MOST_RESOURCES = 200_000
_DOCUMENT = "aws_iam_policy_document"
_JUDGED = {_DOCUMENT, *(kind.removeprefix("data.") for kind in (REQUEST, *READING))}


def resources(module: Module, prefix: str, seen: set[int] | None = None) -> Iterator[Resource]:
    """All resources of a module and of those it calls; `prefix` goes before each address to make its key."""
    seen = set() if seen is None else seen
    for type_, name in module.declarations.resources:
        for instance in module.members("resource", type_, name):
            yield _resource(instance, module, prefix)
    for type_, name in module.declarations.data:
        if type_ in _JUDGED:
            for instance in module.members("data", type_, name):
                yield _judged(instance, module, prefix)
    if id(module.declarations) not in seen:
        # What a module declares is the same in all its instances.
        seen.add(id(module.declarations))
        yield from pseudo.resources(module, prefix)
        yield from written.resources(module, prefix)
    for name in sorted(module.declarations.calls):
        called = module.called_modules(name)
        if not isinstance(called, Absent):
            for inner in called:
                yield from resources(inner, prefix, seen)


def _resource(instance: Managed, module: Module, prefix: str) -> Resource:
    raw = {}
    for name in (*instance.arguments(), *instance.kinds()):
        value = instance.written(name)
        if value is not None:
            raw[name] = outside(value)
    schema = resource_schema(instance.type)
    if schema and "tags_all" in schema.attributes and (tags := instance.tags_all(schema)):
        raw["tags_all"] = outside(tags)
    attributes = normalise(instance.type, raw)
    if schema and instance.declared.broken:
        # what was not read may be anything that is not here
        hidden = Unknown(because=instance.declared.broken)
        attributes |= {name: hidden for name in (*schema.attributes, *schema.blocks) if name not in attributes}
    if lifecycle := instance.lifecycle():
        attributes["lifecycle"] = [lifecycle]
    provider = instance.provider
    region = attributes.get("region") or (provider.region if provider else "")
    sensitive = set(instance.writing.sensitive)
    if schema:
        sensitive.update(name for name in raw if (known := schema.attributes.get(name)) and known.sensitive)
    return Resource(
        key=prefix + instance.address,
        type=instance.type,
        name=instance.name,
        address=instance.address,
        attributes=attributes,
        origin=Origin.SOURCE,
        sensitive=frozenset(sensitive),
        account=provider.account if provider else "",
        region=region if isinstance(region, str) else "",
        location=instance.location,
        places=_places(instance),
        calls=module.calls,
        named=_named(instance, module, raw),
    )


def _named(instance: Managed, module: Module, raw: dict[str, Any]) -> dict[str, str]:
    written = instance.declared.block.body.attributes
    texts = (name for name, value in raw.items() if isinstance(value, str) and name in written)
    return {name: address for name in texts if (address := direct(written[name].value, module))}


def _places(instance: Instance) -> dict[str, Any]:
    declared = instance.declared
    places = {name: declared.place(declared.block.body.attributes[name]) for name in instance.arguments()}
    places.update(instance.writing.places)
    return places


def _judged(instance: DataSource, module: Module, prefix: str) -> Resource:
    """Policy documents and what is read from elsewhere are no resources, but rules judge them where they are
    written."""
    if instance.type == _DOCUMENT:
        attributes = {"json": instance.attribute("json")}
    else:
        attributes = {name: outside(instance.attribute(name)) for name in (*instance.arguments(), *instance.kinds())}
    return Resource(
        key=prefix + instance.address,
        type=f"data.{instance.type}",
        name=instance.name,
        address=instance.address,
        attributes={name: value for name, value in attributes.items() if value is not None},
        origin=Origin.SOURCE,
        location=instance.location,
        places=_places(instance),
        calls=module.calls,
    )
