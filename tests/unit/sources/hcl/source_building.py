"""Folders of Terraform source for tests, and the graphs they make."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Unknown
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
    return folder


def graphs(folder: Path, files: Mapping[str, str | bytes] | None = None, **options: Any) -> dict[str, ResourceGraph]:
    """The graphs of all roots, by root."""
    return {graph.root: graph for graph in SOURCE.load(write(folder, files or {}), Options(**options))}


def graph(folder: Path, files: Mapping[str, str | bytes] | str, **options: Any) -> ResourceGraph:
    """The graph of the only root; a text is its main.tf."""
    found = graphs(folder, {"main.tf": files} if isinstance(files, str) else files, **options)
    assert list(found) == ["."]
    return found["."]


def attributes(folder: Path, files: Mapping[str, str | bytes] | str, address: str, **options: Any) -> Mapping[str, Any]:
    """The attributes of one resource of the only root."""
    resource = graph(folder, files, **options).get(address)
    assert resource is not None
    return resource.attributes


def addresses(found: ResourceGraph, kind: str = "") -> list[str]:
    """The addresses of the declared resources, or of those of one type."""
    hidden = ("terraform_", "aws_account", "data.")
    return [each.address for each in found if (each.type == kind if kind else not each.type.startswith(hidden))]


def value(folder: Path, source: str, **options: Any) -> Any:
    """What `local.it` is worth in a source."""
    return attributes(
        folder, source + '\nresource "test_thing" "it" { it = local.it }', "test_thing.it", **options
    ).get("it")


def because(unknown: Any) -> str:
    """Why a value is unknown."""
    assert isinstance(unknown, Unknown)
    return unknown.because


def whys(found: ResourceGraph) -> list[str]:
    """Why something could not be looked at, gap by gap."""
    return [gap.why for gap in found.gaps]
