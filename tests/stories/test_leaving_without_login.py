"""A stranger without login, cookies or scripts declares that he leaves, and can prove it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests import browsers
from tests.server import Server

SCREENS = [browsers.PHONE, browsers.DESKTOP]
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("legal") / "data") as server:
        server.run(
            "createaccount", "--slug", "acme", "--email", "al@acme.example", "--name", "Acme"
        )
        yield server


def bare(open_page: Callable[..., Page], screen: dict[str, Any], server: Server) -> Page:
    """A browser that runs no scripts and stands before the hub's door."""
    page = open_page(screen, java_script_enabled=False)
    page.goto(f"{server.base_url}/updateinfo/")
    return page


def sign(page: Page, email: str) -> None:
    """Fills in the form, and forgets whatever cookies the pages so far have left."""
    page.context.clear_cookies()
    page.get_by_label("Your name").fill("Ada Byron")
    page.get_by_label("Which contract").fill("Studio Monthly")
    page.get_by_label("Your e-mail address").fill(email)


def proof(page: Page, email: str, subject: str, server: Server) -> None:
    """Page, file and letter hold the same declaration and the same moment."""
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save this declaration").click()
    saved = Path(saving.value.path()).read_text(encoding="utf-8")
    moment = ISO.search(saved)
    assert moment
    letter = server.mail(email, subject).get_body(("plain",))
    assert letter is not None
    for words in (page.content(), saved, letter.get_content()):
        assert "Studio Monthly" in words
        assert moment[0] in words
    assert server.mail("al@acme.example", "was declared to Acme")


@pytest.mark.parametrize("screen", SCREENS, ids=["phone", "desktop"])
def test_a_contract_is_cancelled(
    open_page: Callable[..., Page], server: Server, screen: dict[str, Any]
) -> None:
    page, email = bare(open_page, screen, server), f"ada{screen['viewport']['width']}@x.example"
    page.get_by_role("link", name="Cancel a contract here").click()
    assert page.get_by_role("button", name="Cancel now").is_visible()
    sign(page, email)
    page.get_by_role("button", name="Cancel now").click()
    proof(page, email, "We received your cancellation", server)


@pytest.mark.parametrize("screen", SCREENS, ids=["phone", "desktop"])
def test_a_contract_is_withdrawn_from(
    open_page: Callable[..., Page], server: Server, screen: dict[str, Any]
) -> None:
    page, email = bare(open_page, screen, server), f"bob{screen['viewport']['width']}@x.example"
    page.get_by_role("link", name="Withdraw from a contract here").click()
    sign(page, email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Confirm withdrawal", exact=True).click()
    proof(page, email, "We received your withdrawal", server)


@pytest.fixture
def refusing(
    chromium: browsers.Browser, screen: dict[str, Any], tmp_path: Path, open_page: object
) -> Iterator[Page]:
    """A browser set to keep no cookie of anybody, without scripts."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    context = chromium.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=browsers.program(),
        args=browsers.ARGUMENTS,
        java_script_enabled=False,
        **screen,
    )
    yield context.pages[0]
    assert context.cookies() == []
    context.close()


def test_refusing_all_cookies_leads_to_no_door(
    refusing: Page, server: Server, screen: dict[str, Any]
) -> None:
    seen: list[str] = []
    refusing.on("response", lambda response: seen.append(urlsplit(response.url).path))
    email = f"kim{screen['viewport']['width']}@x.example"
    for desk, steps, subject in (
        ("cancel", ["Cancel now"], "We received your cancellation"),
        ("withdraw", ["Continue", "Confirm withdrawal"], "We received your withdrawal"),
    ):
        refusing.goto(f"{server.base_url}/{desk}/")
        sign(refusing, email)
        for step in steps:
            refusing.get_by_role("button", name=step, exact=True).click()
        proof(refusing, email, subject, server)
    assert not [path for path in seen if path.startswith(("/accounts/", "/updateinfo/", "/hub/"))]


def test_every_page_of_the_desk_is_accessible(page: Page, server: Server) -> None:
    for path in ("cancel", "withdraw", "privacy", "imprint"):
        page.goto(f"{server.base_url}/{path}/")
        browsers.axe(page)
    page.goto(f"{server.base_url}/withdraw/")
    sign(page, "eve@x.example")
    page.get_by_role("button", name="Continue").click()
    browsers.axe(page)
    page.get_by_role("button", name="Confirm withdrawal").click()
    browsers.axe(page)
