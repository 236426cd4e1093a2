"""Terraform's functions on files and paths. Only files inside the repository are read."""

import posixpath
import re

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.functions.encoding import encode_base64
from cloudaudit.sources.hcl.functions.patterns import compile_pattern
from cloudaudit.sources.hcl.functions.signature import Function, contextual, strict
from cloudaudit.sources.hcl.types import STRING
from cloudaudit.sources.hcl.unknowns import EvaluationError
from cloudaudit.sources.hcl.values import TfSet, Value

_PIECES = re.compile(r"\\(.)|((?:(?<=/)|\A)\*\*/)|((?:(?<=/)|\A)\*\*\Z)|(\*+)|(\?)|(\[)|(\{)|(\})|(,)|(.)", re.DOTALL)


def _file(context: CallContext, path: str) -> Value:
    data = context.read_file(path)
    if isinstance(data, Unknown):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EvaluationError(f'contents of "{path}" are not valid UTF-8') from None


def _filebase64(context: CallContext, path: str) -> Value:
    data = context.read_file(path)
    return data if isinstance(data, Unknown) else encode_base64(data)


def _fileexists(context: CallContext, path: str) -> Value:
    return context.exists(path)


def _fileset(context: CallContext, path: str, pattern: str) -> Value:
    folder = posixpath.normpath(path or ".") + "/"
    whole = posixpath.normpath(posixpath.join(folder, pattern))
    if ".." in pattern.split("/") and not whole.startswith(folder):
        return Unknown(because=f'fileset() of "{pattern}" leaves its folder')
    names = context.files(path)
    if isinstance(names, Unknown):
        return names
    wanted = compile_pattern(f"^(?:{_glob(whole.removeprefix(folder))})$")
    return TfSet([name for name in names if wanted.search(name)], STRING)


def _glob(pattern: str) -> str:
    """A glob with **, [classes] and {alternatives} as a regular expression."""
    pieces: list[str] = []
    position = depth = 0
    while found := _PIECES.match(pattern, position):
        position = found.end()
        if found[1]:
            pieces.append(re.escape(found[1]))
        elif found[6]:
            end = pattern.find("]", position)
            if end <= position:
                raise EvaluationError("the glob pattern has an empty or unclosed [")
            members = pattern[position:end].replace("\\", "\\\\").replace("[", "\\[")
            pieces.append(f"[{'^' + members[1:] if members[:1] == '^' else members}]")
            position = end + 1
        elif found[7]:
            depth += 1
            pieces.append("(?:")
        elif (found[8] or found[9]) and depth:
            depth -= bool(found[8])
            pieces.append(")" if found[8] else "|")
        else:
            pieces.append(_WILDCARDS.get(found[0] if not found[4] else "*", re.escape(found[0])))
    if depth:
        raise EvaluationError("the glob pattern has an unclosed {")
    return "".join(pieces)


_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _abspath(path: str) -> Value:
    if path.startswith("/"):
        return posixpath.normpath("/" + path.lstrip("/"))
    return Unknown(because="abspath() depends on where Terraform runs")


def _pathexpand(path: str) -> Value:
    if not path.startswith("~"):
        return path
    if path[1:2] not in ("", "/"):
        raise EvaluationError("cannot expand user-specific home dir")
    return Unknown(because="pathexpand() depends on who runs Terraform")


def _basename(path: str) -> str:
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    return stripped.rpartition("/")[2]


def _dirname(path: str) -> str:
    folder = path.rpartition("/")[0]
    if path.startswith("/"):
        return posixpath.normpath("/" + folder.lstrip("/"))
    return posixpath.normpath(folder) if folder else "."


FUNCTIONS: dict[str, Function] = {
    "abspath": strict(_abspath, STRING),
    "basename": strict(_basename, STRING),
    "dirname": strict(_dirname, STRING),
    "file": contextual(_file, STRING),
    "filebase64": contextual(_filebase64, STRING),
    "fileexists": contextual(_fileexists, STRING),
    "fileset": contextual(_fileset, STRING, STRING),
    "pathexpand": strict(_pathexpand, STRING),
}
