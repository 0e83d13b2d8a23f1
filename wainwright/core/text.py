"""Checking what people type: bounded, without control characters, kept as it is otherwise."""

from __future__ import annotations

import unicodedata
from typing import Protocol

from django.utils.text import slugify
from django.utils.translation import gettext as _

from wainwright.core.errors import Refused


def clean_line(text: str, *, field: str, most: int = 200, least: int = 0) -> str:
    """One line of text, trimmed. Refuses control characters, too much and too little."""
    line = text.strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in line):
        raise Refused(
            _("This holds characters that cannot be kept, such as a line break. Please type it."),
            field=field,
            code="bad_characters",
        )
    if len(line) > most:
        raise Refused(
            _("This is too long: please keep it to %(most)s characters.") % {"most": most},
            field=field,
            code="too_long",
        )
    if len(line) < least:
        raise Refused(_("Please fill this in."), field=field, code="missing")
    return line


def clean_text(text: str, *, field: str, most: int = 10_000) -> str:
    """Text of several lines, line ends made alike. Refuses NUL and other control characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in plain
    ):
        raise Refused(
            _("This holds characters that cannot be kept. Please type it."),
            field=field,
            code="bad_characters",
        )
    if len(plain) > most:
        raise Refused(
            _("This is too long: please keep it to %(most)s characters.") % {"most": most},
            field=field,
            code="too_long",
        )
    return plain


def slug_of(text: str, *, most: int = 60, otherwise: str) -> str:
    """A short name for addresses; `otherwise` where the text holds no Latin letter or digit."""
    return slugify(text)[:most].strip("-") or otherwise


class Addressed(Protocol):
    """Whoever has a postal address."""

    @property
    def street(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str: ...


def address_lines(of: Addressed) -> list[str]:
    """Street, then postcode and city, then region; without the country."""
    town = f"{of.postcode} {of.city}".strip()
    return [line for line in (of.street, town, of.region) if line]
