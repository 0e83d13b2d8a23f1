"""A customer finds in: by link, by code from another browser, past a scanner, and not twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browsers import axe
from tests.server import Server

OpenPage = Callable[..., Page]
ADA, EVE = "ada@buyer.example", "eve@buyer.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hub")
    rows = [f"R{n},2024-{n % 12 + 1:02}-05,{ADA},Record {n},1,9.90,USD" for n in range(217)]
    rows.append(f"E1,2025-01-05,{EVE},Record,1,9.90,USD")
    file = folder / "orders.csv"
    file.write_text("order_ref,date,email,item,quantity,total,currency\n" + "\n".join(rows))
    with Server(folder / "data") as server:
        server.run(
            "createaccount", "--slug", "acme", "--email", "al@acme.example", "--name", "Acme"
        )
        server.run("import", "orders", str(file), "--business", "acme")
        yield server
    log = server.log.read_text(encoding="utf-8", errors="replace")
    for letter in server.mails(ADA):
        assert link_of(letter).rpartition("/l/")[2].strip("/") not in log


def ask(page: Page, server: Server, email: str = ADA) -> EmailMessage:
    """Asks at the door and waits for the letter."""
    before = len(server.mails(email))
    page.goto(f"{server.base_url}/b/acme/updateinfo/")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_label("Code from the letter")).to_be_visible()
    return server.mail(email, after=before)


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_of(letter: EmailMessage) -> str:
    found = re.search(r"https?://\S+/l/\S+/", text_of(letter))
    assert found
    return found[0]


def code_of(letter: EmailMessage) -> str:
    found = re.search(r"^[0-9A-Z]{4}-[0-9A-Z]{4}(?=\r?$)", text_of(letter), re.MULTILINE)
    assert found
    return found[0]


def scan(letter: EmailMessage) -> None:
    """What mail filters do: follow every link of the letter, by HEAD and by GET."""
    for address in re.findall(r"https?://[^\s<>\"]+", text_of(letter)):
        for method in ("HEAD", "GET"):
            assert httpx.request(method, address, follow_redirects=True).status_code == 200


def test_past_a_scanner_one_click_in_the_asking_browser(page: Page, server: Server) -> None:
    page.goto(f"{server.base_url}/b/acme/updateinfo/")
    axe(page)
    letter = ask(page, server)
    axe(page)
    scan(letter)
    page.goto(link_of(letter))
    axe(page)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Purchases 217")).to_be_visible()
    axe(page)
    page.goto(link_of(letter))
    expect(page.get_by_role("link", name="Ask for a new letter")).to_be_visible()
    axe(page)


def test_another_browser_needs_the_code(desktop: Page, phone: Page, server: Server) -> None:
    letter = ask(desktop, server)
    phone.goto(link_of(letter))
    phone.get_by_label("Code from the letter").fill("AAAA-AAAA")
    phone.get_by_role("button", name="Open").click()
    expect(phone.get_by_text("This code does not fit")).to_be_visible()
    phone.get_by_label("Code from the letter").fill(code_of(letter).lower())
    phone.get_by_role("button", name="Open").click()
    expect(phone.get_by_role("heading", name="Purchases 217")).to_be_visible()
    desktop.get_by_label("Code from the letter").fill(code_of(letter))
    desktop.get_by_role("button", name="Open").click()
    expect(desktop.get_by_text("This code does not fit")).to_be_visible()


def test_without_scripts_in_and_out_again(open_page: OpenPage, server: Server) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(link_of(ask(page, server, EVE)))
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Purchases 1")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{server.base_url}/b/acme/hub/")
    expect(page.get_by_label("Your e-mail address")).to_be_visible()
