"""Finds the sources of modules and keeps what was read from them.

A source that is not at hand is no mistake of the spec: a notice says so once, and the calls are left to Terraform.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.errors import nearest, shown
from generator.interfaces import cache as interface_cache
from generator.interfaces import revisions
from generator.models.forms import PLACEHOLDER
from generator.places import REPOSITORY

if TYPE_CHECKING:
    from generator.errors import Problem
    from generator.interfaces.interface import Interface
    from generator.models.modules import Module

CACHE: Final = REPOSITORY / ".build" / "modules"
JSON: Final = ".tf.json"
SUFFIXES: Final = (".tf", JSON)
_PLACES: Final = ("path", "ref", "directory", "checkout")  # the fields of a module that say where its files are


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of one source of a module.

    Attributes:
        label: how messages call it, such as `modules/network at v1.0.0`.
        interface: what it declares; None when that is not known.
        notice: why it is not known, when that is nobody's mistake.
        mistake: what is wrong with what the spec says of it.
        field: the field of the module's entry that notice or mistake is about.
    """

    label: str
    interface: Interface | None = None
    notice: str = ""
    mistake: str = ""
    field: str = ""


class Library:
    """The modules that the specs of one repository use; one for a run, since sources may change between two.

    Attributes:
        notices: what could not be checked, each once.
    """

    def __init__(self, repository: Path, kept: Path = CACHE) -> None:
        """Start with nothing read.

        Args:
            repository: the folder that paths of modules are relative to, which holds the specs' directory.
            kept: where interfaces are kept between runs; a folder that cannot be used is just not used.
        """
        self.notices: set[Problem] = set()
        self._repository = repository
        self._kept = kept
        self._sources: dict[tuple[str, Module | None], Source] = {}
        self._interfaces: dict[str, Interface] = {}

    def source(self, name: str, module: Module | None) -> Source:
        """Return what is known of a module by its entry in a spec, or of our own of that name without one."""
        key = (name, module)
        if key not in self._sources:
            self._sources[key] = self._find(name, module)
        return self._sources[key]

    def taken(self) -> frozenset[Problem]:
        """Return the notices since the last time, and forget them."""
        taken = frozenset(self.notices)
        self.notices.clear()
        return taken

    def _find(self, name: str, module: Module | None) -> Source:
        if module is None:
            beside = self._repository / "modules" / name
            return self._folder(beside if beside.is_dir() else REPOSITORY / "modules" / name, f"modules/{name}")
        for field in _PLACES:
            if getattr(module, field) == PLACEHOLDER:
                notice = f"calls of {shown(name, quote=False)} are not checked: its {field} is still to be filled in"
                return Source(module.label(name), notice=notice, field=field)
        if module.path is not None:
            return self._folder(self._repository / module.path, module.path)
        return self._revision(module, module.label(name), module.directory_for(name))

    def _folder(self, folder: Path, label: str) -> Source:
        try:
            files = {file.name: file.read_bytes() for file in _configuration(folder)}
        except OSError as error:
            return Source(label, notice=f"{label} cannot be read: {error.strerror}", field="path")
        if not files:
            reason = "has no .tf file" if folder.is_dir() else "is not there"
            hint = nearest(label, self._modules_near(folder))
            return Source(label, mistake=f"{shown(label)} is no module: the folder {reason}{hint}", field="path")
        return self._read(label, files, "path")

    def _modules_near(self, folder: Path) -> list[str]:
        """List folders that are modules, in one that is none and beside it, as a spec would write them."""
        found: list[Path] = []
        for outer in (folder, folder.parent):
            with contextlib.suppress(OSError):  # a hint is not worth a failure
                found += [inner for inner in sorted(outer.iterdir()) if _configuration(inner)]
        return [Path(os.path.relpath(inner, self._repository)).as_posix() for inner in found]

    def _revision(self, module: Module, label: str, directory: str) -> Source:
        ref = str(module.ref)
        if module.checkout is None:
            return Source(label, notice=f"calls of {label} are not checked: no checkout of {module.git} is given")
        try:
            files = revisions.read_directory(self._repository / module.checkout, ref, directory, _is_read)
        except revisions.NotAtHandError as error:
            notice = f"calls of {label} are not checked: {module.checkout} {error}"
            return Source(label, notice=notice, field="checkout")
        except revisions.InsideError as error:
            top = Path(os.path.relpath(error.top, self._repository.resolve())).as_posix()
            mistake = f"{shown(module.checkout)} is a folder inside the clone {shown(top)}: give a clone's own folder"
            return Source(label, mistake=mistake, field="checkout")
        except revisions.BranchError:
            mistake = f"{shown(ref)} is a branch of {module.checkout}, and moves: give a commit or a tag"
            return Source(label, mistake=mistake, field="ref")
        if not files:
            reason = "no such directory" if files is None else "no .tf file there"
            mistake = f"{shown(directory)} is no module of {module.git} at {ref}: there is {reason}"
            return Source(label, mistake=mistake, field="directory" if module.directory else "")
        return self._read(label, files, "ref")

    def _read(self, label: str, files: dict[str, bytes], field: str) -> Source:
        unread = [name for name in sorted(files) if name.endswith(JSON)]
        if unread:
            reason = f"{shown(unread[0], quote=False)}: JSON syntax is not read"
            return Source(label, notice=f"calls of {label} are not checked: {reason}", field=field)
        key = interface_cache.fingerprint(files)
        interface = self._interfaces.get(key) or interface_cache.recall(self._kept, key)
        if interface is None:
            # Not at the top: python-hcl2 takes longer to load than an environment to generate.
            from generator.interfaces import blocks, declarations  # noqa: PLC0415

            try:
                interface = declarations.read(blocks.decoded(files))
            except blocks.NotHclError as error:
                # python-hcl2 does not read all that Terraform reads: no reason to refuse a module.
                return Source(
                    label, notice=f"calls of {label} are not checked: {shown(str(error), quote=False)}", field=field
                )
            interface_cache.keep(self._kept, key, interface)
        self._interfaces[key] = interface
        return Source(label, interface)


def _configuration(folder: Path) -> list[Path]:
    """List the files that Terraform would read."""
    return sorted(path for path in folder.iterdir() if _is_read(path.name)) if folder.is_dir() else []


def _is_read(name: str) -> bool:
    """Say whether Terraform reads a file as configuration; it leaves out hidden ones."""
    return name.endswith(SUFFIXES) and not name.startswith(".")
