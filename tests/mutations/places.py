"""The same values, in another place."""

from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.sources.hcl.syntax import Attribute, Block, Body, Call, Literal, Name, Object, Tuple
from tests.mutations import arguments, trees
from tests.mutations.writing import MAIN, VALUES, Writing, one_file

INNER = "inner"


def locals_(body: Body) -> Writing | None:
    """Each argument of a resource in a local value, whether it refers to others or not."""
    moved: dict[str, Any] = {}
    bound = {"each", "count", "self", *_iterators(body)}

    def change(attribute: Attribute, _: arguments.Schema) -> Any:
        if bound & {node.name for node in trees.walk(attribute.value) if isinstance(node, Name)}:
            return attribute.value
        name = f"value_{len(moved)}"
        moved[name] = attribute.value
        return trees.reference("local", name)

    blocks = arguments.changed(body, change)
    return one_file([*blocks, trees.block("locals", attributes=moved)]) if moved else None


def variables(body: Body) -> Writing | None:
    """Each literal in an argument of a resource as the default of a variable."""
    moved: dict[str, Any] = {}
    blocks = arguments.changed(body, _literals_moved(moved))
    declared = [trees.block("variable", name, attributes={"default": value}) for name, value in moved.items()]
    return one_file([*blocks, *declared]) if moved else None


def variable_files(body: Body) -> Writing | None:
    """Each literal in an argument of a resource in a file of values, under the name of a typed variable."""
    moved: dict[str, Any] = {}
    blocks = arguments.changed(body, _literals_moved(moved))
    declared = [
        trees.block("variable", name, attributes={"type": trees.reference(_type_of(value))})
        for name, value in moved.items()
    ]
    given = {name: trees.attribute(name, value) for name, value in moved.items()}
    return Writing({MAIN: Body({}, [*blocks, *declared]), VALUES: Body(given, [])}) if moved else None


def module_arguments(body: Body) -> Writing | None:
    """Resources in a module, to which the root hands each literal as an argument."""
    if {block.type for block in body.blocks} - {"resource", "data"}:
        return None
    moved: dict[str, Any] = {}
    blocks = arguments.changed(body, _literals_moved(moved))
    blocks += [trees.block("variable", name) for name in moved]
    call = trees.block("module", INNER, attributes={"source": trees.literal(f"./{INNER}"), **moved})
    files = {MAIN: Body({}, [call]), f"{INNER}/{MAIN}": Body({}, blocks)}
    return Writing(files, lambda address: address.removeprefix(f"module.{INNER}.")) if moved else None


def _literals_moved(moved: dict[str, Any]) -> arguments.Change:
    def variable(node: Any) -> Any:
        if not isinstance(node, Literal) or node.value is None:
            return node
        name = f"value_{len(moved)}"
        moved[name] = node
        return trees.reference("var", name)

    return lambda attribute, _: _leaves(attribute.value, variable)


def _leaves(node: Any, change: Callable[[Any], Any]) -> Any:
    """The value with its members changed, at every depth; names of members and the insides of functions other than
    jsonencode stay."""
    if isinstance(node, Tuple):
        return Tuple([_leaves(item, change) for item in node.items], node.span)
    if isinstance(node, Object):
        return Object([(key, _leaves(item, change)) for key, item in node.items], node.span)
    if isinstance(node, Call) and node.name == "jsonencode":
        return Call(node.name, [_leaves(arg, change) for arg in node.args], node.expand, node.span)
    return change(node)


def _type_of(node: Literal) -> str:
    return {str: "string", bool: "bool"}.get(type(node.value), "number")


def _iterators(body: Body) -> Iterator[str]:
    for node in trees.walk(body):
        if isinstance(node, Block) and node.type == "dynamic":
            given = node.body.attributes.get("iterator")
            yield given.value.name if given and isinstance(given.value, Name) else node.labels[0]
