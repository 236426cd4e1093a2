"""Compares a plain count of `resource` blocks in a tree with what a scan loads, and prints Markdown.

    python benchmarks/real_input.py TREE... [--list]

The count knows nothing of Terraform but its comments and heredocs. A block is loaded if some resource of some graph
was declared at its line. Each block that is in no graph is put to the first reason that holds; one without a reason
is a silent drop, and the exit code is 1.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cloudaudit
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

BLOCK = re.compile(r'^\s*(resource|module)\s+"?([\w-]+)"?(?:\s+"?([\w-]+)"?)?\s*\{')
HEREDOC = re.compile(r'<<-?"?([A-Za-z_]\w*)"?\s*$')
REPEATED = re.compile(r"^\s*(?:count|for_each)\s*=", re.MULTILINE)
NO_REASON = "NO REASON"


@dataclass(frozen=True)
class Block:
    """A resource or module block of a file, by its first line."""

    file: Path
    line: int
    kind: str
    address: str
    text: str


def blocks(file: Path) -> Iterator[Block]:
    """The resource and module blocks that a reader of lines finds."""
    lines = list(_code(file.read_text(encoding="utf-8", errors="replace")))
    starts = [(number, match) for number, line in enumerate(lines, 1) if (match := BLOCK.match(line))]
    for number, match in starts:
        body = _until_closed(lines[number - 1 :])
        yield Block(file, number, match[1], ".".join(part for part in match.groups()[1:] if part), body)


def _code(text: str) -> Iterator[str]:
    """The lines, with those of comments and heredocs emptied."""
    closing = ""
    for line in text.splitlines():
        if closing:
            ended = closing in line if closing == "*/" else line.strip() == closing
            closing = "" if ended else closing
            yield ""
        elif line.lstrip().startswith(("#", "//")):
            yield ""
        elif line.lstrip().startswith("/*"):
            closing = "" if "*/" in line else "*/"
            yield ""
        else:
            if match := HEREDOC.search(line):
                closing = match[1]
            yield line


def _until_closed(lines: list[str]) -> str:
    depth = 0
    for number, line in enumerate(lines):
        depth += line.count("{") - line.count("}")
        if depth <= 0:
            return "\n".join(lines[: number + 1])
    return "\n".join(lines)


def reason(block: Block, tree: Path, reached: set[Path], calls: list[Block], graphs: list[ResourceGraph]) -> str:
    """Why a block is in no graph."""
    parts = block.file.relative_to(tree).parts
    if any(part.startswith(".") for part in parts[:-1]):
        return "in a hidden folder"
    if any(_covers(gap.location, block) or block.address in gap.what for graph in graphs for gap in graph.gaps):
        return "reported as a gap"
    if REPEATED.search(block.text):
        return "its own count or for_each gives no instance"
    callers = [call for call in calls if _target(call) == block.file.parent.resolve()]
    if callers and all(REPEATED.search(call.text) for call in callers):
        return "the count or for_each of every call of its module gives no instance"
    if callers and not any(call.file.parent.resolve() in reached for call in callers):
        return "its module is called by a module without instances only"
    return NO_REASON


def _covers(location: object, block: Block) -> bool:
    file, line = getattr(location, "file", ""), getattr(location, "line", 0)
    return bool(file) and str(block.file).endswith(file) and line == block.line


def _target(call: Block) -> Path | None:
    match = re.search(r'^\s*source\s*=\s*"(\.[^"]*)"', call.text, re.MULTILINE)
    return (call.file.parent / match[1]).resolve() if match else None


def compare(tree: Path) -> tuple[Counter[str], list[tuple[Block, str]]]:
    """Counts for the table, and the blocks that are in no graph with the reasons."""
    graphs = list(cloudaudit.load(tree))
    found = [block for file in sorted(tree.rglob("*.tf")) if file.is_file() for block in blocks(file)]
    declared = [block for block in found if block.kind == "resource"]
    calls = [block for block in found if block.kind == "module"]
    places = {_at(resource) for graph in graphs for resource in graph}
    lines = {(block.file.relative_to(tree).as_posix(), block.line): block for block in declared}
    loaded = {block for place, block in lines.items() if place in places}
    reached = {block.file.parent.resolve() for block in loaded}
    missing = [(block, reason(block, tree, reached, calls, graphs)) for block in declared if block not in loaded]
    counts = Counter(
        files=len({block.file for block in found}),
        roots=len(graphs),
        blocks=len(declared),
        loaded=len(loaded),
        resources=sum(_at(one) in lines for graph in graphs for one in graph if _is_declared(one)),
        gaps=sum(len(graph.gaps) for graph in graphs),
    )
    return counts, missing


def _is_declared(resource: Resource) -> bool:
    """Whether it is a resource, and not what is written inline in one, or told of one besides."""
    return "/" not in resource.address and not resource.type.startswith("terraform_")


def _at(resource: Resource) -> tuple[str, int]:
    return (resource.location.file, resource.location.line) if resource.location else ("", 0)


def main() -> None:
    """Print one row for each tree, then the reasons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=Path, nargs="+", help="checkouts, each with a .git folder")
    parser.add_argument("--list", action="store_true", help="print each block that is in no graph")
    options = parser.parse_args()
    columns = ("roots", "files", "blocks", "loaded", "resources", "gaps")
    print("| tree | roots | files with blocks | `resource` blocks | in a graph | resources | gaps |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    everything: list[tuple[str, Block, str]] = []
    for tree in options.trees:
        counts, missing = compare(tree.resolve())
        print(f"| {tree.name} | " + " | ".join(str(counts[column]) for column in columns) + " |")
        everything += [(tree.name, block, why) for block, why in missing]
    print("\n| why a block is in no graph | blocks |\n| --- | --: |")
    for why, count in Counter(why for _, _, why in everything).most_common():
        print(f"| {why} | {count} |")
    for name, block, why in everything:
        if options.list or why == NO_REASON:
            print(f"{name}: {block.file}:{block.line} {block.address}: {why}")
    sys.exit(any(why == NO_REASON for _, _, why in everything))


if __name__ == "__main__":
    main()
