"""Staff sign in with a passkey: made on a device, named, asked for first, and taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import PHONE, axe
from tests.server import Server
from tests.stories.people import PASSWORD, Seller

pytestmark = pytest.mark.slow


@contextmanager
def device(page: Page) -> Iterator[None]:
    """A device that keeps passkeys and knows its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.detach()


def signs_in_by_password(page: Page, house: str, email: str) -> None:
    page.goto(f"{house}/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def shows_again_who_it_is(page: Page) -> None:
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_from_making_it_to_taking_it_away(
    open_page: Callable[..., Page], server: Server
) -> None:
    al = Seller(open_page(), server, "keys").opens_an_account()
    house = f"http://localhost:{server.port}"
    page = open_page(PHONE)
    with device(page):
        signs_in_by_password(page, house, al.email)
        page.goto(f"{house}/dashboard/you/")
        axe(page)
        page.get_by_role("link", name="Add a passkey").click()
        axe(page)
        shows_again_who_it_is(page)
        axe(page)
        page.get_by_label("Name").fill("My telephone")
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.goto(f"{house}/dashboard/you/")
        expect(page.locator("main")).to_contain_text("My telephone")
        assert server.mail(al.email, "A passkey was added")

        page.get_by_role("button", name="Live").click()
        page.goto(f"{house}/dashboard/")
        expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-current", "true")

        page.context.clear_cookies()
        page.goto(f"{house}/accounts/login/")
        axe(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(re.compile("/dashboard/$"))

        page.context.clear_cookies()
        signs_in_by_password(page, house, al.email)
        page.get_by_role("button", name="Use your passkey").click()
        page.wait_for_url(re.compile("/dashboard/$"))

        page.goto(f"{house}/dashboard/you/")
        page.get_by_role("link", name="Rename My telephone").click()
        axe(page)
        page.get_by_role("button", name="Use your passkey").click()
        page.get_by_label("Name").fill("Old telephone")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Remove Old telephone").click()
        page.get_by_role("button", name="Remove").click()
        expect(page.locator("main")).to_contain_text("No passkey yet.")
        assert server.mail(al.email, "A passkey was removed")


def test_a_password_alone_does_not_pass_a_passkey(
    open_page: Callable[..., Page], server: Server
) -> None:
    """Whoever stole the password meets the second factor, and no page behind it."""
    al = Seller(open_page(), server, "thief").opens_an_account()
    house = f"http://localhost:{server.port}"
    page = open_page()
    with device(page):
        signs_in_by_password(page, house, al.email)
        page.goto(f"{house}/accounts/2fa/webauthn/add/")
        shows_again_who_it_is(page)
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    thief = open_page()
    with device(thief):
        signs_in_by_password(thief, house, al.email)
        thief.get_by_role("button", name="Use your passkey").click()
        expect(thief.get_by_role("alert")).to_contain_text("Your device gave no passkey")
        thief.goto(f"{house}/dashboard/")
        expect(thief).to_have_url(re.compile("/accounts/"))
