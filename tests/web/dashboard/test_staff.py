"""Staff come in by invitation, stay a while, and need a second factor for real money."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.cast import PASSWORD, Cast, desk_of
from wainwright.accounts import opening, sessions
from wainwright.accounts.models import User
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.web.dashboard.staff import first_password_path

NEW_PASSWORD = "another long enough password"


@pytest.fixture
def visitor(people: Cast) -> Client:
    return Client(headers={"host": "127.0.0.1"})


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    answer = client.post("/accounts/login/", {"login": email, "password": password})
    return answer.headers.get("Location", "")


def mode_of(page: str) -> str:
    """Which half of the mode switch is on."""
    found = re.search(r'name="mode" value="(\w+)" aria-current', page)
    assert found
    return found[1]


def rooms_of(page: str) -> list[str]:
    rail = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    return re.findall(r"<span>(.*?)</span>", rail)


def add_second_factor(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())


def test_a_person_signs_in_with_e_mail_and_password(visitor: Client) -> None:
    assert visitor.get("/dashboard/").headers["Location"].startswith("/accounts/login/")
    assert sign_in(visitor, "ann@agency.example", "wrong") == ""
    assert sign_in(visitor, "Ann@Agency.Example") == "/dashboard/"
    assert visitor.get("/dashboard/").status_code == 200


def test_nobody_signs_up_by_himself(visitor: Client) -> None:
    fields = {"email": "eve@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "By invitation only" in visitor.post("/accounts/signup/", fields).text
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_without_a_second_factor_live_mode_leads_to_setting_it_up(ann: Client) -> None:
    assert mode_of(ann.get("/dashboard/").text) == "test"
    assert ann.post("/dashboard/mode/", {"mode": "live"}).url == "/dashboard/you/"
    assert mode_of(ann.get("/dashboard/").text) == "test"


def test_with_a_second_factor_live_mode_opens_at_once(people: Cast, ann: Client) -> None:
    add_second_factor(people.ann.user)
    assert mode_of(ann.get("/dashboard/").text) == "live"
    ann.post("/dashboard/mode/", {"mode": "test"})
    assert mode_of(ann.get("/dashboard/").text) == "test"


def test_a_product_goes_live_only_with_a_second_factor(shop: Cast, ann: Client) -> None:
    from tests.factories import shops

    product = shops.make_product(shop.own)
    address = f"/dashboard/products/{product.public_id}/mode/"
    assert ann.post(address, {"mode": "live"}).url == "/dashboard/you/"
    add_second_factor(shop.ann.user)
    ann.post(address, {"mode": "live"})
    product.refresh_from_db()
    assert product.mode == "live"


def test_the_demo_needs_no_second_factor_and_says_so(
    ann: Client, visitor: Client, settings: Settings
) -> None:
    settings.DEMO = True
    assert mode_of(ann.get("/dashboard/").text) == "test"
    said = ann.post("/dashboard/mode/", {"mode": "live"}, follow=True)
    assert mode_of(said.text) == "live"
    assert "A real install asks for one" in said.text
    assert "A real install asks for one" in visitor.get("/accounts/login/").text


def test_the_second_factors_secret_is_kept_sealed(people: Cast) -> None:
    secret = generate_totp_secret()
    TOTP.activate(people.ann.user, secret)
    kept = Authenticator.objects.get().data["secret"]
    assert secret not in kept
    assert get_adapter().decrypt(kept) == secret


@pytest.mark.parametrize(
    ("aged", "stays"),
    [
        ({sessions.SEEN: 29 * 60}, True),
        ({sessions.SEEN: 31 * 60}, False),
        ({sessions.SINCE: 11 * 3600}, True),
        ({sessions.SINCE: 13 * 3600}, False),
    ],
)
def test_a_session_ends_after_half_an_hour_alone_and_twelve_hours_at_most(
    ann: Client, aged: dict[str, int], stays: bool
) -> None:
    ann.get("/dashboard/")
    session = ann.session
    for mark, seconds in aged.items():
        session[mark] -= seconds
    session.save()
    assert (ann.get("/dashboard/").status_code == 200) is stays


def test_pages_of_staff_stand_on_the_main_host_alone(people: Cast, ann: Client) -> None:
    for path, host in (("/b/cleo/dashboard/", "127.0.0.1"), ("/dashboard/", "cleo.localhost")):
        assert ann.get(path, headers={"host": host}).status_code == 404
        login = path.replace("dashboard", "accounts/login")
        assert ann.get(login, headers={"host": host}).status_code == 404


def test_a_first_password_is_set_once(people: Cast, visitor: Client) -> None:
    with scope(people.account.pk, TEST):
        made = opening.invite_client_user(
            business=people.client, email="new@cleo.example", name="New", by=SYSTEM
        )
    path = first_password_path(made.user)
    form = visitor.get(path, follow=True)
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    visitor.post(form.redirect_chain[-1][0], typed)
    assert sign_in(visitor, "new@cleo.example", NEW_PASSWORD) == "/dashboard/"
    assert "used up" in Client(headers={"host": "127.0.0.1"}).get(path, follow=True).text


def test_a_reset_letter_names_the_installs_own_address(visitor: Client, settings: Settings) -> None:
    settings.URL = "https://pay.agency.example"
    answer = visitor.post("/accounts/password/reset/", {"email": "ann@agency.example"})
    assert answer.status_code == 302
    (letter,) = mail.outbox
    found = re.search(r"https?://\S+", str(letter.body))
    assert found
    assert found[0].startswith("https://pay.agency.example/accounts/password/reset/key/")


def test_an_unknown_address_gets_the_same_answer_and_no_letter(visitor: Client) -> None:
    known = visitor.post("/accounts/password/reset/", {"email": "ann@agency.example"})
    unknown = visitor.post("/accounts/password/reset/", {"email": "eve@evil.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [letter.to for letter in mail.outbox] == [["ann@agency.example"]]


def test_a_person_with_two_places_chooses(people: Cast, visitor: Client) -> None:
    with scope(people.mallory.account_id, TEST):
        other = people.stranger
        place = opening.invite_client_user(
            business=other, email="ann@agency.example", name="Ann", by=SYSTEM
        )
    ann = desk_of(people.ann.user)
    assert ann.get("/dashboard/").url == "/dashboard/places/"
    ann.post("/dashboard/places/", {"place": place.public_id})
    assert "<bdi>Stranger</bdi>" in ann.get("/dashboard/").text
    assert ann.post("/dashboard/places/", {"place": people.cleo.public_id}).status_code == 404


def test_a_place_taken_away_ends_at_once(people: Cast, ann: Client, cleo: Client) -> None:
    assert cleo.get("/dashboard/products/").status_code == 200
    ann.post(f"/dashboard/team/{people.cleo.public_id}/remove/")
    assert cleo.get("/dashboard/products/").url == "/dashboard/places/"
    assert "You have no place in any account" in cleo.get("/dashboard/places/").text


def test_a_client_users_house_has_fewer_rooms(cleo: Client) -> None:
    rooms = rooms_of(cleo.get("/dashboard/").text)
    assert rooms == [
        "Home",
        "Transactions",
        "Subscriptions",
        "Customers",
        "Products",
        "Documents",
    ]
    assert cleo.get("/dashboard/team/").status_code == 404
