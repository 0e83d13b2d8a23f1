"""Two ways to make a change count: in functions that are loaded already, or as a file is imported.

As a plugin of pytest it does the latter, with the change named in MUTANT as file:number; it must
come before anything that imports the product.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from tests.mutants.changes import ROOT, Change, changes_of

NAMED = "MUTANT"


class NeedsImport(Exception):
    """The change reaches beyond the functions that are loaded."""


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Loaded:
    """The functions of some files, as they are loaded now."""

    def __init__(self, files: Iterable[str]) -> None:
        for file in files:
            importlib.import_module(module_of(file))
        self._functions: dict[str, list[types.FunctionType]] = defaultdict(list)
        for each in gc.get_objects():
            if type(each) is types.FunctionType:  # isinstance would wake lazy objects
                self._functions[each.__code__.co_filename].append(each)

    def plant(self, file: str, change: Change) -> None:
        """Gives the functions of the file their changed code; whoever holds them runs it.

        Raises NeedsImport if none is there to be changed.
        """
        path = str(ROOT / file)
        before = compile((ROOT / file).read_text(), path, "exec", dont_inherit=True)
        differing = _differing(before, change.compiled(path))
        changed = {_place(old): new for old, new in differing}
        mine = [each for each in self._functions[path] if _place(each.__code__) in changed]
        try:
            for function in mine:
                function.__code__ = changed[_place(function.__code__)]
        except (
            ValueError,
            DeprecationWarning,
        ):  # it closes over other variables, or yields no more
            raise NeedsImport from None
        if not mine:
            raise NeedsImport


def _place(code: types.CodeType) -> tuple[str, int]:
    """Where it is written: what is loaded may have been compiled without its columns."""
    return code.co_qualname, code.co_firstlineno


def _differing(
    before: types.CodeType, after: types.CodeType
) -> Iterator[tuple[types.CodeType, types.CodeType]]:
    if before != after:
        yield before, after
        for old, new in zip(_inner(before), _inner(after), strict=False):
            yield from _differing(old, new)


def _inner(code: types.CodeType) -> list[types.CodeType]:
    return [each for each in code.co_consts if isinstance(each, types.CodeType)]


class _Changed(SourceFileLoader):
    def __init__(self, name: str, path: str, change: Change) -> None:
        super().__init__(name, path)
        self._change = change

    def get_code(self, fullname: str) -> types.CodeType:
        return self._change.compiled(self.path)


class _Finder(PathFinder):
    module, change = "", None

    @classmethod
    def find_spec(cls, fullname, path=None, target=None) -> ModuleSpec | None:
        if fullname != cls.module:
            return None
        spec = super().find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        assert cls.change is not None
        spec.loader = _Changed(fullname, spec.origin, cls.change)
        return spec


if NAMED in os.environ:
    _file, _, _number = os.environ[NAMED].rpartition(":")
    _Finder.module, _Finder.change = module_of(_file), changes_of(_file)[int(_number)]
    sys.meta_path.insert(0, _Finder)
