"""Every language we claim says everything, with the same placeholders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message

from checks.catalogues import catalogues, place_of, template
from checks.source import PACKAGE, sources

PLACEHOLDER = re.compile(r"%\((\w+)\)|(?<!%)%[sd]|\{\w*[^{}]*\}")


def problems(root: Path) -> Iterator[str]:
    for language in claimed(root):
        path = place_of(root, language)
        if not path.exists():
            yield f"{path.relative_to(root)}: settings claim {language}, but it is not there"
    words = template(root)
    for path, catalogue in catalogues(root):
        for message in words:
            if message.id:
                for problem in _faults(message, catalogue):
                    yield f"{_place(message)}: {_shown(message)} {problem} ({path.parts[-3]})"


def claimed(root: Path) -> list[str]:
    """The languages of the settings but the one the source is written in."""
    values = {
        target.id: node.value
        for source in sources(root)
        if source.place == f"{PACKAGE}/settings.py"
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "LANGUAGES" not in values:
        return []
    own = ast.literal_eval(values["LANGUAGE_CODE"])
    return [code for code, _name in ast.literal_eval(values["LANGUAGES"]) if code != own]


def _faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    found = catalogue.get(message.id, context=message.context)
    if found is None:
        yield "is not in the catalogue; run bin/translations"
        return
    if bool(message.pluralizable) != bool(found.pluralizable):
        yield "has a plural on one side only; run bin/translations"
        return
    if found.fuzzy:
        yield "is marked fuzzy"
    forms = list(found.string) if message.pluralizable else [found.string]
    if not all(forms):
        yield "is not translated"
        return
    said = placeholders(message.id[-1] if message.pluralizable else message.id)
    for number, form in enumerate(forms):
        # One thing may be called "one thing": only the general form must name the number.
        leaves_out = placeholders(form) < said and number < len(forms) - 1
        if placeholders(form) != said and not leaves_out:
            yield f"has the placeholders {_list(said)}, its translation {_list(placeholders(form))}"


def placeholders(text: str) -> set[str]:
    return {found[0] for found in PLACEHOLDER.finditer(text)}


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _place(message: Message) -> str:
    file, line = message.locations[0]
    return f"{file}:{line}"


def _shown(message: Message) -> str:
    text = message.id[0] if message.pluralizable else message.id
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
