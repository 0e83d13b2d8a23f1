from __future__ import annotations

from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from wainwright.web.toasts import Toast, toast, toasts_of


def request() -> HttpRequest:
    asked = RequestFactory().get("/")
    asked._messages = CookieStorage(asked)  # type: ignore[attr-defined]
    return asked


def test_a_message_comes_with_its_way_back() -> None:
    asked = request()
    toast(asked, "Cancelled.", undo="/hub/undo/")
    assert toasts_of(asked) == [Toast("good", "Cancelled.", "/hub/undo/")]


def test_a_message_may_be_bad_news() -> None:
    asked = request()
    toast(asked, "Not saved.", kind="bad")
    assert toasts_of(asked) == [Toast("bad", "Not saved.", "")]
