"""The legal desk: for everybody, without login, cookies or scripts, whatever is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse as Response
from django.test import Client

from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.core.tenancy import LIVE, scope
from wainwright.hub.models import Statement

pytestmark = pytest.mark.django_db

SAID = {
    "name": "Ada Byron",
    "contract": "Studio Monthly",
    "email": "ada@buyer.example",
    "form_key": "k" * 24,
}


@pytest.fixture
def business() -> Business:
    owner = opening.open_account(
        slug="agency", name="Agency", email="ann@agency.example", zone="Europe/Berlin"
    )
    with scope(owner.account_id, LIVE):
        return Business.objects.get()  # type: ignore[no-any-return]


class Visitor(Client):
    """A browser that keeps no cookies, against a server that checks forgery tokens."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")

    def request(self, **request: Any) -> Any:
        self.cookies.clear()
        return super().request(**request)


@pytest.fixture
def visitor(business: Business) -> Visitor:
    return Visitor()


def html(response: Response) -> str:
    return response.content.decode()


def buttons(response: Response) -> list[str]:
    found = re.findall(r'<button class="button[^>]*>.*?<span>(.*?)</span></button>', html(response))
    return [label.strip() for label in found]


def field(response: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html(response))
    assert found
    return found[1]


@pytest.mark.parametrize(("language", "confirm"), [("en", "Cancel now"), ("de", "jetzt kündigen")])
def test_cancelling_starts_on_one_page_with_its_button(
    visitor: Visitor, language: str, confirm: str
) -> None:
    page = visitor.get("/cancel/", {"language": language})
    assert page.status_code == 200
    assert buttons(page) == [confirm]


def test_a_cancellation_is_shown_with_its_moment_and_can_be_saved(visitor: Visitor) -> None:
    answer = visitor.post("/cancel/", SAID)
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"])
    with scope(Business.everywhere.get().account_id, LIVE):
        statement = Statement.objects.get()
    moment = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", html(page))
    assert moment
    assert "Studio Monthly" in html(page)
    file = visitor.get(f"/cancel/{statement.public_id}/file/")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "Studio Monthly" in file.content.decode()
    assert moment[0] in file.content.decode()


def test_a_replayed_form_gives_the_same_record(visitor: Visitor) -> None:
    first, second = visitor.post("/cancel/", SAID), visitor.post("/cancel/", SAID)
    assert first.headers["Location"] == second.headers["Location"]


def test_withdrawing_takes_a_statement_and_one_control_to_confirm_it(visitor: Visitor) -> None:
    first = visitor.get("/withdraw/")
    key = field(first, "form_key")
    second = visitor.post("/withdraw/", SAID | {"form_key": key})
    assert second.status_code == 200
    assert buttons(second) == ["Confirm withdrawal", "Change something"]
    assert field(second, "form_key") == key
    with scope(Business.everywhere.get().account_id, LIVE):
        assert not Statement.objects.exists()
    third = visitor.post("/withdraw/confirmation/", SAID | {"form_key": key})
    assert third.status_code == 303
    assert "We received your withdrawal" in html(visitor.get(third.headers["Location"]))


def test_what_was_typed_can_be_changed_before_confirming(visitor: Visitor) -> None:
    page = visitor.post("/withdraw/", SAID | {"change": "1"})
    assert buttons(page) == ["Continue"]
    assert 'value="Studio Monthly"' in html(page)


def test_the_language_of_the_form_is_the_language_of_the_answer(visitor: Visitor) -> None:
    page = visitor.get("/cancel/", {"language": "de"}, HTTP_ACCEPT_LANGUAGE="en")
    action = re.search(
        r'action="([^"]*)"', html(page).split('class="statement stack"')[0].split("<form")[-1]
    )
    assert action
    answer = visitor.post(action[1].replace("&amp;", "&"), SAID, HTTP_ACCEPT_LANGUAGE="en")
    shown = visitor.get(answer.headers["Location"], HTTP_ACCEPT_LANGUAGE="en")
    assert '<html lang="de"' in html(shown)


def test_nothing_else_is_asked_for(visitor: Visitor) -> None:
    required = re.findall(r'<input[^>]*name="(\w+)"[^>]*\srequired', html(visitor.get("/cancel/")))
    assert set(required) == {"sort", "name", "contract", "email"}


@pytest.mark.parametrize("page", ["cancel", "withdraw", "withdraw/confirmation"])
@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "nul\x00byte"},
        {"name": "a" * 10_000},
        {"contract": ""},
        {"email": "ada"},
        {"email": "a" * 490 + "@x.example"},
        {"email": "ada@x.example\r\nBcc: eve@x.example"},
    ],
)
def test_bad_input_is_a_form_error_and_what_was_typed_stays(
    visitor: Visitor, page: str, bad: dict[str, str]
) -> None:
    answer = visitor.post(f"/{page}/", SAID | bad)
    assert answer.status_code == 400
    assert "Nothing was sent yet" in html(answer)
    kept = "Studio Monthly" if "contract" not in bad else "Ada Byron"
    assert kept in html(answer)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "{{7*7}}", "אדה 🎻", "'\"; --"])
def test_every_name_stays_literal(visitor: Visitor, name: str) -> None:
    answer = visitor.post("/cancel/", SAID | {"name": name})
    page = visitor.get(answer.headers["Location"])
    with scope(Business.everywhere.get().account_id, LIVE):
        assert Statement.objects.get().name == name
    assert "<img" not in html(page)
    assert "49" not in re.sub(r"<svg.*?</svg>|\d{4}-\S+|stm_\w+", "", html(page))


def test_no_limit_turns_anybody_away(visitor: Visitor) -> None:
    answers = {
        visitor.post("/cancel/", SAID | {"form_key": f"{number:024}"}).status_code
        for number in range(40)
    }
    assert answers == {303}


def test_a_statement_is_found_by_its_own_address_only(visitor: Visitor) -> None:
    address = visitor.post("/cancel/", SAID).headers["Location"].partition("?")[0]
    assert visitor.get(address.replace("/cancel/", "/withdraw/")).status_code == 404
    assert visitor.get(address[:-2] + "/").status_code == 404
    assert visitor.get(address).headers["Cache-Control"] == "no-store"


def test_a_statement_is_of_one_business(visitor: Visitor) -> None:
    opening.open_account(slug="other", name="Other", email="mallory@other.example")
    address = visitor.post("/cancel/", SAID).headers["Location"].partition("?")[0]
    assert visitor.get(f"/b/other{address}").status_code == 404


def test_a_contract_named_by_a_link_need_not_be_typed(visitor: Visitor) -> None:
    page = visitor.get("/withdraw/", {"contract": "ord_1"})
    assert 'value="ord_1"' in html(page)


def test_the_imprint_names_the_seller(visitor: Visitor) -> None:
    Business.everywhere.update(
        legal_name="Agency GmbH", street="Am Markt 1", city="Berlin", country="DE", tax_id="DE123"
    )
    page = html(visitor.get("/imprint/"))
    for fact in ("Agency GmbH", "Am Markt 1", "Berlin", "Germany", "DE123", "ann@agency.example"):
        assert fact in page


def test_the_privacy_page_names_the_seller_and_links_his_own(visitor: Visitor) -> None:
    Business.everywhere.update(privacy_url="https://agency.example/privacy")
    page = html(visitor.get("/privacy/"))
    assert "Agency sells here" in page
    assert "https://agency.example/privacy" in page


@pytest.mark.parametrize("page", ["cancel", "withdraw", "privacy", "imprint"])
def test_every_page_links_the_whole_desk(visitor: Visitor, page: str) -> None:
    footer = html(visitor.get(f"/{page}/")).split('class="legal-links"')[1]
    for path, words in (
        ("/cancel/", "Cancel a contract here"),
        ("/withdraw/", "Withdraw from a contract here"),
        ("/privacy/", "Privacy"),
        ("/imprint/", "Imprint"),
    ):
        assert f'<a href="{path}">{words}</a>' in footer


def test_a_host_without_a_business_has_no_desk() -> None:
    assert Visitor().get("/cancel/").status_code == 404
