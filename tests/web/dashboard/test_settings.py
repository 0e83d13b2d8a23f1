"""How a business shows itself: words, picture, colour, numbers, address."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from tests.cast import Cast
from wainwright.accounts.models import Business, Member, User
from wainwright.hub.models import Statement
from wainwright.hub.statements import receive
from wainwright.payments.connections import secrets_of
from wainwright.payments.models import Connection
from wainwright.web import accents

IDENTITY = {
    "name": "Agency",
    "legal_name": "Agency GmbH",
    "country": "DE",
    "zone": "Europe/Berlin",
    "language": "de",
    "paper": "a4",
}


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Settings) -> Path:
    settings.UPLOADS_FOLDER = tmp_path
    return tmp_path


def of(business: Business, page: str = "") -> str:
    return f"/dashboard/settings/{business.public_id}/{page}"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", size, "red").save(drawn, kind)
    return SimpleUploadedFile("logo.png", drawn.getvalue(), "image/png")


def test_a_business_says_who_it_is(shop: Cast, ann: Client) -> None:
    answer = ann.post(of(shop.own), {**IDENTITY, "street": "Kurze Str. 1", "tax_id": "DE123"})
    assert answer.status_code == 303
    shop.own.refresh_from_db()
    assert (shop.own.legal_name, shop.own.street) == ("Agency GmbH", "Kurze Str. 1")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("zone", "Middle/Earth", "Select a valid choice"),
        ("country", "XX", "Select a valid choice"),
        ("support_email", "not an address", "Enter a valid email address"),
        ("website", "ftp://files.example", "Enter a valid URL"),
        ("street", "x" * 500, "at most 200 characters"),
        ("city", "Ber\rlin", "characters that cannot be kept"),
    ],
)
def test_a_refused_identity_keeps_what_was_typed(
    shop: Cast, ann: Client, field: str, typed: str, said: str
) -> None:
    page = ann.post(of(shop.own), {**IDENTITY, "registration": "HRB 42 kept", field: typed})
    assert page.status_code == 200
    assert said in page.text
    assert "HRB 42 kept" in page.text
    shop.own.refresh_from_db()
    assert shop.own.registration == ""


def test_the_hubs_message_is_kept_harmless(shop: Cast, ann: Client) -> None:
    typed = '<p onclick="x()">Hi {name} {{7*7}}</p><script>alert(1)</script><img src="//evil">'
    ann.post(of(shop.own, "hub/"), {"hub_message": typed, "accent": "#14532d"})
    shop.own.refresh_from_db()
    assert shop.own.hub_message == "<p>Hi {name} {{7*7}}</p>"


def test_a_preview_saves_nothing(shop: Cast, ann: Client) -> None:
    page = ann.post(
        of(shop.own, "hub/"),
        {"hub_message": "<p>Dear {name}</p>", "accent": "#14532d", "preview": "1"},
    )
    assert "<p>Dear Ada Byron</p>" in page.text
    shop.own.refresh_from_db()
    assert shop.own.hub_message == ""


def test_a_weak_colour_is_corrected_and_said(shop: Cast, ann: Client) -> None:
    ann.post(of(shop.own, "hub/"), {"hub_message": "", "accent": "#ffee00"})
    assert "#ffee00 is too weak on white" in ann.get(of(shop.own, "hub/")).text
    style = Client(headers={"host": "127.0.0.1"}).get("/b/agency/files/accent.css")
    assert style.headers["Content-Type"] == "text/css"
    assert style.text == accents.accent("#ffee00").css()


def test_a_logo_is_drawn_anew_and_shown_as_a_picture_only(shop: Cast, ann: Client) -> None:
    ann.post(of(shop.own, "logo/"), {"logo": picture("JPEG", (1200, 300))})
    shown = Client(headers={"host": "127.0.0.1"}).get("/b/agency/files/logo/")
    assert Image.open(io.BytesIO(shown.content)).size == (500, 125)
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    ann.post(of(shop.own, "logo/"), {"remove": "1"})
    assert Client(headers={"host": "127.0.0.1"}).get("/b/agency/files/logo/").status_code == 404


@pytest.mark.parametrize("name", ["../../evil.png", "logo.php.png", "a\\..\\b.png", "con.png"])
def test_t_up_a_files_own_name_is_never_used(
    shop: Cast, ann: Client, uploads: Path, name: str
) -> None:
    sent = picture()
    sent.name = name
    ann.post(of(shop.own, "logo/"), {"logo": sent})
    (kept,) = [path for path in uploads.rglob("*") if path.is_file()]
    assert kept.parent == uploads / "logos"
    assert re.fullmatch(r"[0-9a-z_-]{20,}\.png", kept.name)


def test_another_logo_leaves_no_file_behind(shop: Cast, ann: Client, uploads: Path) -> None:
    for _time in range(2):
        ann.post(of(shop.own, "logo/"), {"logo": picture()})
    assert len(list((uploads / "logos").iterdir())) == 1


def test_a_picture_that_is_none_is_refused(shop: Cast, ann: Client) -> None:
    drawn = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    page = ann.post(of(shop.own, "logo/"), {"logo": SimpleUploadedFile("logo.png", drawn)})
    assert "not a PNG, JPEG or WebP picture" in page.text
    shop.own.refresh_from_db()
    assert shop.own.logo == ""


def test_numbers_are_prefixed_and_their_start_only_rises(shop: Cast, ann: Client) -> None:
    address = of(shop.own, "documents/")
    fields = {"series": "invoice", "series_prefix": "R-", "yearly": "on", "start": "100"}
    ann.post(address, fields)
    assert "R-" in ann.get(address).text
    assert "0100" in ann.get(address).text
    page = ann.post(address, {**fields, "start": "99"})
    assert "It can only be raised." in page.text


def test_a_gateway_gets_a_new_webhook_secret(shop: Cast, ann: Client) -> None:
    connection = Connection.objects.get(business=shop.own)
    address = f"/dashboard/connections/{connection.public_id}/secret/"
    assert address in ann.get(of(shop.own, "payments/")).text
    for refused in ("", "-1", "31", "soon"):
        assert ann.post(address, {"days": refused}).status_code == 200
    assert Connection.objects.get(pk=connection.pk).secrets == connection.secrets
    done = ann.post(address, {"days": "7"}, follow=True)
    assert "signs with a new secret" in done.text
    renewed = Connection.objects.get(pk=connection.pk)
    assert renewed.secrets != connection.secrets
    assert "An older one is believed until" in ann.get(address).text
    assert not any(secret in done.text for secret in secrets_of(renewed)["webhook"].split())


def test_the_hubs_address_is_ready_to_copy(shop: Cast, ann: Client) -> None:
    page = ann.get(of(shop.client, "address/")).text
    assert "/b/cleo/updateinfo/" in page
    assert "&lt;a href=" in page
    drawn = ann.get(of(shop.client, "address/code.png"))
    assert Image.open(io.BytesIO(drawn.content)).format == "PNG"
    assert ann.get(of(shop.client, "address/code.svg")).headers["Content-Type"] == "image/svg+xml"
    assert ann.get(of(shop.client, "address/code.pdf")).status_code == 404


def test_a_new_business_has_its_own_settings(shop: Cast, ann: Client) -> None:
    fields = {"name": "Dora's", "slug": "dora", "country": "ES", "zone": "Europe/Madrid"}
    made = ann.post("/dashboard/businesses/new/", fields)
    assert made.url == of(Business.objects.get(slug="dora"))
    page = ann.post("/dashboard/businesses/new/", {**fields, "slug": "hub"})
    assert "kept for the system" in page.text
    page = ann.post("/dashboard/businesses/new/", fields)
    assert "is taken" in page.text


def test_an_invited_person_gets_an_address_that_is_shown_once(shop: Cast, ann: Client) -> None:
    fields = {"name": "Nell", "email": "nell@cleo.example", "business": shop.client.public_id}
    page = ann.post("/dashboard/team/invite/", fields)
    assert "/accounts/password/reset/key/" in page.text
    member = Member.objects.get(user__email="nell@cleo.example")
    assert (member.role, member.business) == ("client", shop.client)
    assert "/accounts/password/reset/key/" not in ann.get("/dashboard/team/").text
    again = ann.post("/dashboard/team/invite/", fields)
    assert "has a place in this account already" in again.text
    assert User.objects.filter(email="nell@cleo.example").count() == 1


def test_a_statement_is_handled_with_a_note_and_opened_again(shop: Cast, ann: Client) -> None:
    declared = receive(
        business=shop.own,
        kind="cancel",
        name="Ada Byron",
        email="ada@buyer.example",
        contract="Studio",
        language="en",
        form_key="f" * 24,
    )
    address = f"/dashboard/statements/{declared.public_id}/"
    assert "Ada Byron" in ann.get("/dashboard/statements/").text
    ann.post(address, {"note": "Cancelled by hand"})
    assert "Ada Byron" not in ann.get("/dashboard/statements/").text
    assert "Cancelled by hand" in ann.get(address).text
    ann.post(f"{address}reopen/")
    assert Statement.objects.get().handled_at is None
