"""The browsers that the stories are driven in see what a person would."""

from __future__ import annotations

import pytest

from tests.browsers import Page, axe

GOOD = "<html lang=en><title>A shop</title><main><h1>Hello</h1><label>Name <input></label></main>"


def test_a_page_is_as_wide_as_a_phone_or_a_desktop(page: Page) -> None:
    page.set_content(f"<meta name=viewport content='width=device-width'>{GOOD}")
    assert page.evaluate("window.innerWidth") in (390, 1280)
    axe(page)


def test_an_input_without_a_label_is_named(desktop: Page) -> None:
    desktop.set_content(GOOD.replace("label", "div"))
    with pytest.raises(AssertionError, match="label"):
        axe(desktop)


def test_two_pages_are_two_people(phone: Page, desktop: Page) -> None:
    assert phone.context is not desktop.context
