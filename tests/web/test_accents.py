from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from wainwright.web import accents
from wainwright.web.accents import CONTROL, TEXT, accent, contrast, hex_of, oklch

TOKENS = Path(settings.PACKAGE) / "web/static/css/tokens.css"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(COLOURS)
def test_every_colour_becomes_readable(colour: str) -> None:
    found = accent(colour)
    for palette, grounds in (
        (found.light, accents.LIGHT_GROUNDS),
        (found.dark, accents.DARK_GROUNDS),
    ):
        assert contrast(palette.ink, palette.accent) >= TEXT
        assert contrast(palette.ink, palette.hover) >= TEXT
        for ground in grounds:
            assert contrast(palette.text, ground) >= TEXT
            assert contrast(palette.line, ground) >= CONTROL
        assert contrast(palette.text, palette.soft) >= TEXT


@given(COLOURS)
def test_a_colour_survives_the_way_through_oklch(colour: str) -> None:
    there_and_back = hex_of(*oklch(colour))
    for at in (1, 3, 5):
        assert abs(int(there_and_back[at : at + 2], 16) - int(colour[at : at + 2], 16)) <= 1


def test_a_strong_colour_is_kept() -> None:
    found = accent("#14532D")
    assert (found.light.accent, found.corrected) == ("#14532d", False)


def test_a_weak_colour_is_corrected_and_says_so() -> None:
    found = accent("#ffee00")
    assert found.corrected
    assert oklch(found.light.accent)[2] == pytest.approx(oklch("#ffee00")[2], abs=3)


def test_short_colours_are_understood() -> None:
    assert accent("#0a0").chosen == "#00aa00"


@pytest.mark.parametrize("nonsense", ["", "green", "#12345", "#14532d;}body{", "rgb(1,2,3)", "٣"])
def test_anything_but_a_colour_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        accent(nonsense)


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_stylesheet_redefines_roles_in_light_and_dark() -> None:
    css = accent("#1a73e8").css()
    assert css.startswith(":root{--accent:#1a73e8;")
    assert css.count("--accent-ink:") == 2
    assert "@media screen and (prefers-color-scheme:dark){:root{" in css


def test_the_default_tokens_are_the_default_accent() -> None:
    written = re.findall(r"(--accent[a-z-]*): (#\w+);", TOKENS.read_text())
    computed = re.findall(r"(--accent[a-z-]*):(#\w+)", accent(accents.DEFAULT).css())
    assert written == computed
