"""The Jinja2 environment every page and letter is rendered in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import translation
from jinja2 import Environment, StrictUndefined, select_autoescape

from wainwright.consumer_law import words
from wainwright.web import accents, formats, sentences, toasts
from wainwright.web.folding import FoldingEnvironment
from wainwright.web.routes import url


def environment(**options: Any) -> Environment:
    """The factory that Django's jinja2 backend calls.

    Everything is escaped but plain text (.txt); a name the view forgot fails the page.
    """
    options |= {
        "autoescape": select_autoescape(disabled_extensions=("txt",), default=True),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    }
    env = FoldingEnvironment(**options)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals |= {
        "static": cache(static),
        "url": url,
        "language_code": language_code,
        "text_direction": text_direction,
        "language_links": language_links,
        "default_accent": accents.DEFAULT,
        "accent_of": accents.accent,
        "statutory": statutory,
        "toasts_of": toasts.toasts_of,
    }
    env.globals |= sentences.GLOBALS
    env.filters |= formats.FILTERS
    return env


def language_code() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def text_direction() -> str:
    return "rtl" if translation.get_language_bidi() else "ltr"


def statutory(act: str) -> words.Statutory:
    """The law's words for the links and buttons to "cancel" or "withdraw"."""
    return words.statutory(act, language_code())


@dataclass(frozen=True, slots=True)
class LanguageLink:
    code: str
    name: str
    url: str
    current: bool


def language_links(request: HttpRequest) -> list[LanguageLink]:
    """The same page in every language this install speaks, each under the language's own name."""
    kept = request.GET.copy()
    kept.pop("language", None)
    rest = f"{kept.urlencode()}&" if kept else ""
    links = []
    for code, _name in settings.LANGUAGES:
        address = f"{request.path}?{rest}language={code}"
        links.append(LanguageLink(code, formats.language(code), address, code == language_code()))
    return links
