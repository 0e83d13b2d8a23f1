from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from tests.web.rendering import render

BUSINESS = SimpleNamespace(name="Müller & Söhne", logo="", accent="#14532d")


def page(source: str, **context: Any) -> str:
    request: HttpRequest = RequestFactory().get("/updateinfo/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    known = {"request": request, "csrf_input": "", "business": BUSINESS}
    return render(source, **(known | context))


HUB = """{% extends "layouts/hub.html" %}{% block title %}Home{% endblock %}
{% block main %}<h1>Hi</h1>{% endblock %}"""


def test_every_page_names_itself_its_language_and_its_direction() -> None:
    with translation.override("ar"):
        html = page(HUB)
    assert '<html lang="ar" dir="rtl" class="hub">' in html
    assert "<title>Home · Müller &amp; Söhne</title>" in html
    assert '<a class="skip-link" href="#main">' in html


def test_hub_pages_always_link_the_legal_desk() -> None:
    html = page(HUB)
    for words in ("Cancel a contract here", "Withdraw from a contract here", "Privacy", "Imprint"):
        assert f">{words}</a>" in html


def test_the_test_mode_banner_is_for_test_mode() -> None:
    assert "Test mode" in page(HUB, mode="test")
    assert "Test mode" not in page(HUB, mode="live")
    assert "Test mode" not in page(HUB)


def test_signing_out_is_offered_to_who_is_in() -> None:
    assert 'action="/out/"' in page(HUB, sign_out="/out/")
    assert "Sign out" not in page(HUB)


def test_the_checkout_keeps_form_summary_and_pay_button_apart() -> None:
    html = page(
        """{% extends "layouts/checkout.html" %}{% block form %}FORM{% endblock %}
        {% block summary %}SUM{% endblock %}{% block pay %}PAY{% endblock %}"""
    )
    assert html.index("FORM") < html.index("SUM") < html.index("PAY")
    assert "Cancel a contract here" in html


DASHBOARD = """{% extends "layouts/dashboard.html" %}{% block title %}Orders{% endblock %}
{% block main %}ROWS{% endblock %}"""
NAV = [("Orders", "/o/", "list", True), ("Customers", "/c/", "people", False)]


def test_the_dashboard_stands_with_its_rail_alone() -> None:
    html = page(DASHBOARD, nav=NAV)
    assert '<a href="/o/" aria-current="page">' in html
    assert "<h1>Orders</h1>" in html
    assert "mode-switch" not in html


def test_the_dashboard_shows_what_it_was_given() -> None:
    html = page(
        DASHBOARD,
        nav=NAV,
        businesses=[("All", "?b=", False), ("Müller & Söhne", "?b=1", True)],
        mode="test",
        mode_action="/mode/",
        search_action="/search/",
        query='"ada"',
        user_name="Ada",
        user_links=[("Password", "/p/")],
        sign_out="/out/",
    )
    assert "in-test-mode" in html
    assert '<button name="mode" value="test" aria-current="true">' in html
    assert 'value="&#34;ada&#34;"' in html
    assert '<a class="menu-item" href="?b=1" aria-current="true">' in html
    assert 'action="/out/"' in html


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 429, 500, 503])
def test_an_error_says_what_happened_and_what_to_do(status: int) -> None:
    html = render(
        '{% extends "layouts/error.html" %}', status=status, message="Nothing was changed."
    )
    assert "Nothing was changed." in html
    assert html.count("<h1>") == 1
    assert html.count("<p>") == 1
