from __future__ import annotations

from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from jinja2 import UndefinedError

from wainwright.web.templating import environment, language_links


def render(source: str, **context: Any) -> str:
    return engines["jinja2"].env.from_string(source).render(**context)


def test_what_people_typed_is_escaped() -> None:
    assert render("{{ name }}", name="<b>&") == "&lt;b&gt;&amp;"


def test_translated_sentences_escape_what_is_put_in() -> None:
    assert render('{{ _("Hello %(name)s", name=name) }}', name="<b>") == "Hello &lt;b&gt;"


def test_plain_text_is_not_escaped() -> None:
    assert environment().autoescape("letters/receipt.txt") is False
    assert environment().autoescape("letters/receipt.html") is True
    assert environment().autoescape(None) is True


def test_a_forgotten_name_fails_the_page() -> None:
    with pytest.raises(UndefinedError):
        render("{{ forgotten }}")


def test_words_follow_the_active_language() -> None:
    for language, words in {"de": "Montag de", "en": "Monday en"}.items():
        with translation.override(language):
            assert render('{{ _("Monday") }} {{ language_code() }}') == words


def test_direction_follows_the_active_language() -> None:
    with translation.override("ar"):
        assert render("{{ text_direction() }}") == "rtl"
    with translation.override("en"):
        assert render("{{ text_direction() }}") == "ltr"


def test_translation_blocks_lose_their_line_breaks() -> None:
    assert render("{% trans %}\n  Two\n  words\n{% endtrans %}") == "Two words"


def test_a_page_links_itself_in_every_language() -> None:
    request = RequestFactory().get("/hub/", {"year": "2026", "language": "en"})
    with translation.override("en"):
        english, german = language_links(request)
    assert (english.name, english.current, german.current) == ("English", True, False)
    assert german.url == "/hub/?year=2026&language=de"
