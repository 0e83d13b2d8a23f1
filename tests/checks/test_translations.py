from __future__ import annotations

from pathlib import Path

import pytest

from checks import catalogues, translations

ROOT = Path(__file__).parents[2]
CODE = """from django.utils.translation import gettext as _, ngettext
a = _("Pay %(sum)s now")
b = ngettext("one bill", "%(count)s bills", 3)
"""
GOOD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#, python-format
msgid "Pay %(sum)s now"
msgstr "Jetzt %(sum)s zahlen"

#, python-format
msgid "one bill"
msgid_plural "%(count)s bills"
msgstr[0] "eine Rechnung"
msgstr[1] "%(count)s Rechnungen"
"""
PLACE = "wainwright/locale/de/LC_MESSAGES/django.po"


@pytest.fixture
def project(plant):
    plant("babel.cfg", (ROOT / "babel.cfg").read_text(encoding="utf-8"))
    plant("wainwright/code.py", CODE)
    return plant


def found(root: Path) -> list[str]:
    return list(translations.problems(root))


def test_a_complete_catalogue_passes(project):
    assert found(project(PLACE, GOOD)) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('msgid "Pay', 'msgid "Buy', "is not in the catalogue; run bin/translations"),
        ('"Jetzt %(sum)s zahlen"', '""', "is not translated"),
        ('"%(count)s Rechnungen"', '""', "is not translated"),
        ('#, python-format\nmsgid "Pay', '#, fuzzy\nmsgid "Pay', "is marked fuzzy"),
        (
            "Jetzt %(sum)s",
            "Jetzt %(summe)s",
            "has the placeholders %(sum), its translation %(summe)",
        ),
        (
            "%(count)s Rechnungen",
            "Rechnungen",
            "has the placeholders %(count), its translation none",
        ),
    ],
)
def test_a_hole_is_named_with_its_place(project, before, after, problem):
    assert before in GOOD
    (line,) = found(project(PLACE, GOOD.replace(before, after)))
    assert line.startswith("wainwright/code.py:")
    assert problem in line


def test_a_claimed_language_without_catalogue_is_named(project):
    root = project(
        "wainwright/settings.py", 'LANGUAGE_CODE = "en"\nLANGUAGES = [("en", "E"), ("fr", "F")]\n'
    )
    assert found(root) == [
        "wainwright/locale/fr/LC_MESSAGES/django.po: settings claim fr, but it is not there"
    ]


def test_words_of_both_template_languages_are_found(project):
    project(
        "wainwright/web/templates/a.html", "{{ _('Jinja word') }}{% trans %}A\n b{% endtrans %}"
    )
    root = project("wainwright/web/allauth/a.html", '{% load i18n %}{% translate "Django word" %}')
    words = {message.id for message in catalogues.template(root)}
    assert {"Jinja word", "A b", "Django word"} <= words


def test_an_updated_catalogue_keeps_its_translations_and_gains_the_new_words(project):
    root = project(PLACE, GOOD)
    project("wainwright/more.py", "_('new')")
    catalogues.update(root)
    assert [problem.split(": ")[1] for problem in found(root)] == ["'new' is not translated (de)"]
