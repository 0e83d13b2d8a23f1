"""Any text at all becomes text that can be printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.invoicing.printable import paragraph, phrase

CHANCE = "\u200b"


@given(st.text(), st.integers(1, 50))
def test_a_phrase_is_bounded_visible_and_on_one_line(text: str, limit: int) -> None:
    shown = phrase(text, limit).replace(CHANCE, "")
    assert len(shown) <= limit
    shown.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)


@pytest.mark.parametrize(
    "text",
    ["Ada Byron", "#panic() $x$ *b* \\", "O’Neill-van der Berg", "ada@byron.example", "محمد"],
)
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert phrase(text, 200) == text


def test_white_space_folds_and_lines_of_a_paragraph_remain() -> None:
    assert phrase(" a\t b\r\nc\u2028d ", 99) == "a b c d"
    assert paragraph(" a  b\r\n\n c ", 99) == "a b\n\nc"


def test_a_name_cannot_turn_the_reading_direction() -> None:
    assert phrase("Ada\u202egnp.exe\u202c", 99) == "Adagnp.exe"


def test_a_long_word_may_break_but_loses_no_letter() -> None:
    address = "a.very.long.name@with.a.long.subdomain.company.example"
    shown = phrase(address, 99)
    assert shown.replace(CHANCE, "") == address
    assert f"@{CHANCE}with" in shown
    assert max(map(len, phrase("W" * 200, 200).split(CHANCE))) <= 31


def test_a_break_never_parts_a_letter_from_its_mark() -> None:
    shown = phrase("สวัสดีครับยินดีต้อนรับสู่ประเทศไทยของเราทุกคน" * 3, 200)
    for piece in shown.split(CHANCE):
        assert not unicodedata.category(piece[0]).startswith("M")


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert phrase("word " * 100, 11) == "word word…"
