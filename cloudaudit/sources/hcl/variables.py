"""The values of a root's variables: files, environment and command line, in Terraform's order of precedence."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from cloudaudit.sources.hcl import numeric, readers
from cloudaudit.sources.hcl.blocks import settle
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.files import Refused, Repository
from cloudaudit.sources.hcl.scope import CONSTANT, Alone, Scope, Session
from cloudaudit.sources.hcl.trees import Tree
from cloudaudit.sources.hcl.types import Type
from cloudaudit.sources.hcl.values import Value
from cloudaudit.sources.source import Options

_ENVIRONMENT = "TF_VAR_"


class Text(msgspec.Struct, frozen=True):
    """A value from the command line or the environment: a string, or an expression where the type is no string."""

    text: str


def given_values(folder: Path, options: Options, repository: Repository, session: Session) -> dict[str, Value | Text]:
    """The values that a root's variables are given, by name. What cannot be read is a gap."""
    given: dict[str, Value | Text] = {}
    for name, text in options.environment.items():
        if name.startswith(_ENVIRONMENT):
            given[name.removeprefix(_ENVIRONMENT)] = Text(text)
    for path in _files(folder, repository.tree):
        given.update(_read(path, repository, session))
    for file in options.var_files:
        given.update(_read(Path(file), repository, session, chosen=True))
    given.update({name: Text(text) for name, text in options.variables.items()})
    return given


def _files(folder: Path, tree: Tree) -> Iterator[Path]:
    """The files that Terraform loads by itself, the strongest last."""
    for name in ("terraform.tfvars", "terraform.tfvars.json"):
        if tree.is_file(folder / name):
            yield folder / name
    for each in tree.entries(folder) if tree.is_dir(folder) else ():
        if each.name.endswith((".auto.tfvars", ".auto.tfvars.json")) and not each.name.startswith("."):
            yield folder / each.name


def _read(path: Path, repository: Repository, session: Session, *, chosen: bool = False) -> dict[str, Value]:
    name = repository.relative(path)
    try:
        data = path.read_bytes() if chosen else repository.read(path)
    except (Refused, OSError) as error:
        session.gap(name, f"it was not read: {error}")
        return {}
    if path.name.endswith(".json"):
        return _from_json(name, data, session)
    file = readers.read(session.reader, name, data)
    for problem in file.problems:
        session.gap(f"{name}:{problem.line}:{problem.column}", problem.message, "mend the syntax; the rest was read")
    scope = Scope(Alone(session, CONSTANT))
    return {
        variable: settle(attribute.value, scope, f"{name}: {variable}", name, attribute.span)
        for variable, attribute in file.body.attributes.items()
    }


def _from_json(name: str, data: bytes, session: Session) -> dict[str, Value]:
    try:
        values = json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        session.gap(name, f"it is not valid JSON: {error}")
        return {}
    if not isinstance(values, dict):
        session.gap(name, "it must be a JSON object")
        return {}
    return values


def parsed(text: Text, type_: Type, session: Session) -> Value:
    """The value that a text stands for. Raises `EvaluationError` when it is no expression."""
    if type_.kind in ("string", "any"):
        return text.text
    if type_.kind == "number":
        return numeric.parse(text.text)
    if type_.kind == "bool":
        return text.text
    return value_of(readers.expression(session.reader, text.text), Scope(Alone(session, CONSTANT)))
