"""The words for people in code and templates, and the catalogues that translate them.

`python -m checks.catalogues` updates every catalogue; with a language code it starts that one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from checks.source import PACKAGE

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}


def template(root: Path) -> Catalog:
    """Every string that the package shows to people, with its places."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog(project="Wainwright", charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(
        root / PACKAGE, methods, options, keywords=KEYWORDS, comment_tags=["Translators:"]
    ):
        place = f"{PACKAGE}/{Path(file).as_posix()}"
        found.add(message, locations=[(place, line)], auto_comments=comments, context=context)
    return found


def catalogues(root: Path) -> Iterator[tuple[Path, Catalog]]:
    for path in sorted((root / PACKAGE / "locale").glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.parts[-3], abort_invalid=True)


def place_of(root: Path, language: str) -> Path:
    return root / PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def django_template(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterable[tuple[int, Any, list[str], str | None]]:
    """Reads the few pages that stay in Django's own template language."""
    as_python = templatize(file.read().decode(), origin=getattr(file, "name", None))
    return extract_python(io.BytesIO(as_python.encode()), keywords, comment_tags, options)


def update(root: Path) -> None:
    words = template(root)
    for path, catalogue in catalogues(root):
        words.creation_date = catalogue.creation_date  # a date alone would change every file
        catalogue.update(words, no_fuzzy_matching=True)
        _write(path, catalogue)


def start(root: Path, language: str) -> None:
    path = place_of(root, language)
    if path.exists():
        raise SystemExit(f"{path.relative_to(root)} is there already")
    catalogue = Catalog(
        locale=language,
        project="Wainwright",
        version="1",
        header_comment="# The words of Wainwright in another language; see CONTRIBUTING.md.",
        msgid_bugs_address="the code host's issues",
        last_translator="Wainwright's contributors",
        language_team="Wainwright's contributors",
        charset="utf-8",
        fuzzy=False,
    )
    catalogue.update(template(root))
    path.parent.mkdir(parents=True)
    _write(path, catalogue)


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False)


if __name__ == "__main__":
    for new in sys.argv[1:]:
        start(Path.cwd(), new)
    update(Path.cwd())
