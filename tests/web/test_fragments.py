from __future__ import annotations

from django.test import RequestFactory

from wainwright.web.fragments import render_page

NOT_FOUND = {"status": 404, "message": "There is nothing at this address."}


def test_browsers_get_the_page_whole() -> None:
    request = RequestFactory().get("/")
    response = render_page(request, "layouts/error.html", NOT_FOUND, block="heading")
    assert b"<title>" in response.content
    assert response["Vary"] == "HX-Request, HX-Request-Type"


def test_htmx_gets_one_block() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    response = render_page(request, "layouts/error.html", NOT_FOUND, block="heading")
    assert response.content.decode().strip() == "Not found"
    assert response["Vary"] == "HX-Request, HX-Request-Type"


def test_htmx_gets_the_page_where_it_replaces_the_body() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    response = render_page(request, "layouts/error.html", NOT_FOUND, block="heading")
    assert b"<title>" in response.content
