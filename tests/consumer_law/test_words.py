"""Links and buttons carry the law's own words."""

from __future__ import annotations

import pytest

from wainwright.consumer_law.words import statutory


@pytest.mark.parametrize(
    ("act", "language", "entry", "confirm"),
    [
        ("cancel", "en", "Cancel a contract here", "Cancel now"),
        ("cancel", "de", "Verträge hier kündigen", "jetzt kündigen"),
        ("cancel", "fr", "Résilier votre contrat", "Notification de la résiliation"),
        ("withdraw", "en", "Withdraw from a contract here", "Confirm withdrawal"),
        ("withdraw", "de", "Vertrag widerrufen", "Widerruf bestätigen"),
        ("withdraw", "it", "recedere dal contratto qui", "conferma recesso"),
    ],
)
def test_each_language_has_the_law_s_words(
    act: str, language: str, entry: str, confirm: str
) -> None:
    words = statutory(act, language)
    assert (words.entry, words.confirm, words.language) == (entry, confirm, language)


def test_a_dialect_speaks_its_language_s_words() -> None:
    assert statutory("cancel", "de-at").confirm == "jetzt kündigen"


def test_where_no_law_has_words_they_are_english() -> None:
    assert statutory("withdraw", "pl").language == "en"
