"""One stylesheet for browsers: main.css with its imports put in place, so a first visit asks once.

The sources stay one small file for each component; nothing is built by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/all.css"
_SOURCES = settings.PACKAGE / "web" / "static" / "css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\)( print)?;')


def joined() -> str:
    """main.css with the text of every imported file inside its layer."""
    main = (_SOURCES / "main.css").read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: _layer(_SOURCES / found[1], found[2], bool(found[3])), main)


def _layer(path: Path, name: str, for_print: bool) -> str:
    text = f"@layer {name} {{\n{path.read_text(encoding='utf-8')}}}"
    return f"@media print {{\n{text}\n}}" if for_print else text


class JoinedStyles(BaseFinder):
    """Finds css/all.css, written anew when the process starts."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.DATA / "styles")
        path = Path(self.storage.path(NAME))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{id(self)}.tmp")
        draft.write_text(joined(), encoding="utf-8")
        draft.replace(path)

    def find(self, path: str, find_all: bool = False, **_others: Any) -> Any:
        found = self.storage.path(NAME) if path == NAME else None
        return [found] if found and find_all else found or []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        yield NAME, self.storage

    def check(self, **_options: Any) -> Any:
        return []
