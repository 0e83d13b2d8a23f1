"""The way into a hub opens once, for one person, and is written down nowhere but in her letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Response

from tests.server import Server
from tests.stories.people import Buyer, Letter

ADA, EVE = "ada@buyer.example", "eve@buyer.example"
ORDERS = f"""order_ref,date,email,item,quantity,total,currency
A1,2025-01-05,{ADA},Record,1,9.90,EUR
E1,2025-01-05,{EVE},Record,1,9.90,EUR
"""
NOT_FITTING = "This code does not fit or no longer works."

Visit = Callable[[str], Buyer]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("story")
    (folder / "orders.csv").write_text(ORDERS)
    with Server(folder / "data", WAINWRIGHT_LOG_LEVEL="DEBUG") as server:
        server.run(
            "createaccount", "--slug", "acme", "--email", "al@acme.example", "--name", "Acme"
        )
        server.run("import", "orders", str(folder / "orders.csv"), "--business", "acme")
        yield server


@pytest.fixture
def visit(open_page: Callable[..., Page], server: Server) -> Iterator[Visit]:
    """Somebody in a browser of his own; what the server's headers told is looked at afterwards."""
    told: list[str] = []
    buyers: list[Buyer] = []

    def headers_of(response: Response) -> None:
        told.extend(response.headers.values())
        told.append(response.request.headers.get("referer", ""))

    def visit(email: str) -> Buyer:
        page = open_page()
        page.on("response", headers_of)
        buyers.append(Buyer(page, server, "acme", email))
        return buyers[-1]

    yield visit
    secrets = {secret for email in (ADA, EVE) for secret in ways_in(server, email)}
    assert secrets
    assert not [secret for secret in secrets for line in told if secret in line]


def ways_in(server: Server, email: str) -> set[str]:
    """The secrets of every letter this address was sent so far."""
    letters = [Letter(mail) for mail in server.mails(email)]
    return {secret for letter in letters for secret in (letter.token, letter.code)}


def scan(letter: Letter) -> None:
    """What filters of mail do: they follow every link, by HEAD and by GET, and even send forms."""
    for link in letter.links:
        for method in ("HEAD", "GET"):
            assert httpx.request(method, link, follow_redirects=True).status_code == 200
    page = httpx.get(letter.link)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    form = {"csrfmiddlewaretoken": token[1]}
    sent = httpx.post(
        letter.link, data=form, cookies=page.cookies, headers={"Origin": base_of(letter)}
    )
    assert sent.status_code in (400, 403)
    assert "hub" not in sent.cookies


def base_of(letter: Letter) -> str:
    return letter.link.partition("/b/")[0]


def test_a_scanner_reads_the_letter_first_and_she_still_gets_in(visit: Visit) -> None:
    ada = visit(ADA)
    letter = ada.asks_at_the_door()
    scan(letter)
    ada.opens_the_link(letter).reads("Purchases")
    ada.page.goto(letter.link)
    ada.reads("no longer works")
    ada.page.context.clear_cookies()
    ada.goes_to("hub/").reads("Your e-mail address")


def test_a_letter_is_of_no_use_twice_or_in_other_hands(visit: Visit) -> None:
    ada, thief = visit(ADA), visit("thief@elsewhere.example")
    letter = ada.asks_at_the_door()
    waiting = ada.page.url
    thief.page.goto(letter.link)
    thief.reads("This is not the browser in which the letter was asked for.")
    ada.types_the_code(letter.code).is_in_the_hub()
    thief.types_the_code(letter.code).reads("no longer works")
    ada.page.goto(waiting)
    ada.types_the_code(letter.code).reads(NOT_FITTING)


def test_a_newer_letter_takes_the_older_ones_power(visit: Visit) -> None:
    eve = visit(EVE)
    older = eve.asks_at_the_door()
    newer = eve.asks_at_the_door()
    eve.page.goto(older.link)
    eve.reads("no longer works")
    eve.opens_the_link(newer)


def test_five_wrong_codes_end_a_letter(visit: Visit) -> None:
    eve = visit(EVE)
    letter = eve.asks_at_the_door()
    for wrong in ("AAAA-AAAA", "BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", "EEEE-EEEE"):
        eve.types_the_code(wrong).reads(NOT_FITTING)
    eve.types_the_code(letter.code).reads(NOT_FITTING)
    eve.page.goto(letter.link)
    eve.reads("no longer works")


def test_afterwards_no_secret_stands_anywhere_but_in_the_letters(
    visit: Visit, server: Server
) -> None:
    ada = visit(ADA)
    ada.opens_the_link(ada.asks_at_the_door())
    cookies = {
        str(cookie["value"])
        for cookie in ada.page.context.cookies()
        if str(cookie["name"]).startswith("__Host-")
    }
    assert len(cookies) == 2  # the browser that asked, and the session
    secrets = ways_in(server, ADA) | ways_in(server, EVE) | cookies
    secrets |= {secret.replace("-", "") for secret in secrets if len(secret) == 9}
    assert len(secrets) > 12
    looked_at = [server.log, *files_in(server.data_dir)]
    assert any(file.name == "wainwright.sqlite3" for file in looked_at)
    for file in looked_at:
        content = file.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], file
    for mail in server.mails():
        headers = repr(mail.items())
        assert not [secret for secret in secrets if secret in headers]


def files_in(folder: Path) -> list[Path]:
    """Everything an install keeps, its database's log of writes included, but for the letters."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return [file for file in files if "mail" not in file.relative_to(folder).parts]
