"""Where the source of a module call lies, or why it is not looked at."""

from pathlib import Path
from typing import TYPE_CHECKING

from cloudaudit.graph import strip_keys
from cloudaudit.sources.hcl import library
from cloudaudit.sources.hcl.namespaces import Absent

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.declarations import Declared
    from cloudaudit.sources.hcl.modules import Module

MOST_MODULES = 20_000
"""How many module instances one root may have."""
_DEEPEST = 50


def folder(module: "Module", name: str, declared: "Declared") -> Path | Absent:
    """The folder of the module that a call names; when it is not to be looked at, a gap is noted."""
    attribute = declared.block.body.attributes.get("source")
    source = library.source_of(attribute.value) if attribute else None
    if source is None:
        return _absent(module, declared, "its source is not a plain string")
    root = module.root
    if library.is_local(source):
        found = library.local_folder(module.declarations.folder, source)
        why = _refusal(module, found)
        return _absent(module, declared, why, source) if why else found
    downloaded = root.library.downloaded(root.folder).get(_key(module, name))
    if downloaded and root.library.repository.tree.is_dir(downloaded) and not _refusal(module, downloaded):
        return downloaded
    remedy = f'run "terraform init" in {root.library.repository.relative(root.folder)} and scan again'
    return _absent(module, declared, "it is not on disk", source, remedy)


def _refusal(module: "Module", found: Path) -> str:
    """Why the module in a folder is not read; empty when it is."""
    if not module.root.library.repository.reaches(found):
        return "its source is outside the repository"
    if not module.root.library.repository.tree.is_dir(found):
        return "the folder of its source does not exist"
    chain = [each.declarations.folder for each in _callers(module)]
    if found in chain:
        return "it calls itself"
    if len(chain) > _DEEPEST or module.root.modules > MOST_MODULES:
        return f"there are more than {MOST_MODULES:,} module instances, or they nest more than {_DEEPEST} deep"
    return ""


def _callers(module: "Module") -> list["Module"]:
    """The module, the one that called it, and so on up to the root."""
    chain = [module]
    while chain[-1].called is not None:
        chain.append(chain[-1].called.module)
    return chain


def _key(module: "Module", name: str) -> str:
    """The key of a call in modules.json: the names of the calls, without instance keys."""
    names = [each.called.declared.block.labels[0] for each in _callers(module) if each.called is not None]
    return ".".join([*reversed(names), name])


def _absent(module: "Module", declared: "Declared", why: str, source: str = "", remedy: str = "") -> Absent:
    address = f"{module.address}module.{declared.block.labels[0]}"
    # All instances of a call lack the same module.
    plain = strip_keys(address)
    what = f"{plain} ({source})" if source else plain
    module.session.gap(what, f"the module was not looked at: {why}", remedy, declared.location())
    return Absent(address, f"{address} was not looked at: {why}", declared)
