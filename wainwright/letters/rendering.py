"""Words of a letter, in its reader's language and time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import engines
from django.utils import timezone, translation
from jinja2 import Template

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.core import tenancy

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")
_SUBJECT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    html: str


def render(
    kind: str, *, business: Business, language: str, zone: str, context: Mapping[str, Any]
) -> Words:
    """Subject, plain text and HTML of letters/<kind>.*; dates fall in `zone`."""
    known = {**_frame(business), **context}
    with translation.override(spoken(language)), timezone.override(ZoneInfo(zone)):
        subject = one_line(_template(f"letters/{kind}.subject.txt").render(known))
        known["subject"] = subject
        text = _template(f"letters/{kind}.txt").render(known)
        html = _template(f"letters/{kind}.html").render(known)
    return Words(subject[:_SUBJECT_LENGTH], _tidy(text), html)


def render_text(template: str, *, language: str, zone: str, context: Mapping[str, Any]) -> str:
    """A plain text of its own, such as a file to attach."""
    with translation.override(spoken(language)), timezone.override(ZoneInfo(zone)):
        return _tidy(_template(template).render(context))


def spoken(language: str) -> str:
    """The language itself where this install speaks it, else its parent, else the default."""
    known = {code for code, _name in settings.LANGUAGES}
    for candidate in (language, language.partition("-")[0]):
        if candidate in known:
            return candidate
    return settings.LANGUAGE_CODE


def one_line(text: str) -> str:
    """Fit for a header: no line break, no control character."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _template(name: str) -> Template:
    backend = cast("Jinja2", engines["jinja2"])
    return backend.env.get_template(name)


def _tidy(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def _frame(business: Business) -> dict[str, Any]:
    """What the layout of every letter shows: who writes, and the ways to the hub and out."""
    named = [business.legal_name] if business.legal_name not in ("", business.name) else []
    return {
        "business": business,
        "test": tenancy.current().mode == tenancy.TEST,
        "sender_lines": [business.name, *named, *business.address_lines],
        "contact": business.support_email or business.sender_email or settings.MAIL_FROM,
        "hub_url": link_for(business, "hub:door"),
        "cancel_url": link_for(business, "legal:cancel"),
        "withdraw_url": link_for(business, "legal:withdraw"),
        "privacy_url": link_for(business, "legal:privacy"),
        "imprint_url": link_for(business, "legal:imprint"),
    }
