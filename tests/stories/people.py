"""The people of the stories. They see only pages and letters, and act only through them."""

from __future__ import annotations

import io
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pypdf
from playwright.sync_api import Page, expect

from tests.server import Server

GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
PASSWORD = "a long enough password"


class Letter:
    """A letter as its reader has it."""

    def __init__(self, mail: EmailMessage) -> None:
        self.mail = mail

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"]+", self.text)

    @property
    def link(self) -> str:
        """The way in that it holds."""
        return next(link for link in self.links if "/l/" in link)

    @property
    def token(self) -> str:
        return self.link.rstrip("/").rpartition("/")[2]

    @property
    def code(self) -> str:
        found = re.search(r"^[0-9A-Z]{4}-[0-9A-Z]{4}(?=\r?$)", self.text, re.MULTILINE)
        assert found, self.text
        return found[0]

    @property
    def file(self) -> bytes:
        """The one PDF that hangs on it."""
        (attached,) = self.mail.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        return bytes(attached.get_content())

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        assert part is not None
        return str(part.get_content())


def pdf_words(data: bytes) -> str:
    """Its text with one space for the ends of lines, and without those inside addresses."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    text = "\n".join(page.extract_text() for page in pages).replace("/\n", "/")
    return " ".join(text.split())


@dataclass
class Person:
    page: Page
    server: Server
    slug: str

    def goes_to(self, path: str) -> Self:
        self.page.goto(f"{self.server.base_url}/b/{self.slug}/{path}")
        return self

    def clicks(self, name: str | re.Pattern[str], role: Any = "button") -> Self:
        self.page.get_by_role(role, name=name).first.click()
        return self

    def follows(self, name: str | re.Pattern[str]) -> Self:
        return self.clicks(name, "link")

    def types(self, **fields: str) -> Self:
        """the_first_words_of_a_label="what is typed", in any case; _ is any sign."""
        for label, words in fields.items():
            name = re.compile(rf"^{label.replace('_', '.')}\b", re.IGNORECASE)
            self.page.get_by_label(name).first.fill(words)
        return self

    def reads(self, words: str | re.Pattern[str]) -> Self:
        expect(self.page.locator("body")).to_contain_text(words)
        return self


class Seller(Person):
    """Al, who opens an account and sells."""

    @property
    def email(self) -> str:
        return f"al@{self.slug}.example"

    def opens_an_account(self) -> Self:
        told = self.server.run(
            "createaccount", "--slug", self.slug, "--email", self.email, "--name", "Acme"
        )
        first_password = re.search(r"http\S+/password/reset/key/\S+", told)
        assert first_password, told
        self.page.goto(first_password[0])
        for field in self.page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        self.clicks("Keep this password").follows("Sign in")
        self.types(e_mail=self.email, password=PASSWORD).clicks("Sign in")
        return self.reads("Your first sale, in five steps")

    def opens(self, path: str) -> Self:
        self.page.goto(f"{self.server.base_url}/dashboard/{path}")
        return self

    def connects_the_test_gateway(self) -> Self:
        self.opens("").follows("Connect the Test gateway").clicks(re.compile("Connect"))
        return self.reads("The Test gateway is connected")

    def makes_a_product(self, name: str, *, asks_address: bool = False) -> Self:
        """And is then asked for its first price."""
        self.opens("products/new/")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.types(currency="EUR", tax_rate="20")
        self.page.get_by_label("Ask for the buyer's postal address").set_checked(asks_address)
        self.clicks("Make it and set a price")
        return self.reads(f"{name} is made. Now set its first price.")

    def sets_a_price(self, kind: str, sum: str, **fields: str) -> Self:  # noqa: A002
        self.page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
        self.page.get_by_label("Sum", exact=True).fill(sum)
        if payments := fields.pop("payments", ""):
            self.page.get_by_label("Number of payments").select_option(payments)
        self.types(**fields).clicks("Offer this price")
        return self.reads("is offered now")

    def adds_a_price(self, kind: str, sum: str, **fields: str) -> Self:  # noqa: A002
        return self.follows("Add a price").sets_a_price(kind, sum, **fields)

    def gives_back(self, sum: str, note: str, *, to: str, of: str) -> Self:  # noqa: A002
        """A part of the newest payment for the item."""
        self.opens(f"transactions/?q={to}")
        self.page.get_by_role("link", name=of).first.click()
        self.follows("Refund")
        self.page.get_by_role("radio", name="A part").check()
        self.types(the_part=sum, private_note=note).clicks("Give it back")
        return self.reads(f"{sum}\u00a0EUR went back")


@dataclass
class Buyer(Person):
    """Ada, who buys and then helps herself."""

    email: str

    def looks_at(self, product: str) -> Self:
        return self.goes_to(f"checkout/{product}/")

    def fills_in(self, *, address: bool = False) -> Self:
        self.types(e_mail=self.email)
        self.page.get_by_label("Name", exact=True).fill("Ada Byron")
        if address:
            self.types(street="12 St James's Sq", postcode="SW1Y 4JH", city="London")
            self.page.get_by_label("Country").select_option("GB")
        return self

    def orders(self) -> Self:
        """To the gateway's own page."""
        self.clicks(re.compile("^Order and pay"))
        self.page.wait_for_url(re.compile("//testgateway"))
        return self

    def types_a_card(self, number: str = GOOD) -> Self:
        return self.types(card_number=number, expiry="12/40", security_code="123")

    def pays(self, card: str = GOOD) -> Self:
        self.types_a_card(card).clicks(re.compile("^Pay"))
        self.page.wait_for_url(re.compile("/checkout/thanks/"))
        return self.reads("Thank you, your order stands")

    def buys(self, product: str) -> Self:
        return self.looks_at(product).fills_in().orders().pays()

    def letter(self, subject: str = "", *, after: int = 0) -> Letter:
        return Letter(self.server.mail(self.email, subject, after=after))

    def letters(self, subject: str = "") -> list[Letter]:
        every = [Letter(mail) for mail in self.server.mails(self.email)]
        return [letter for letter in every if subject in letter.subject]

    def asks_at_the_door(self) -> Letter:
        before = len(self.letters())
        self.goes_to("updateinfo/").types(your_e_mail_address=self.email)
        self.clicks("Send the letter")
        expect(self.page.get_by_label("Code from the letter")).to_be_visible()
        return self.letter(after=before)

    def opens_the_link(self, letter: Letter) -> Self:
        self.page.goto(letter.link)
        return self.clicks("Open").is_in_the_hub()

    def types_the_code(self, code: str) -> Self:
        return self.types(code_from_the_letter=code).clicks("Open")

    def is_in_the_hub(self) -> Self:
        self.page.wait_for_url(re.compile("/hub/$"))
        return self

    def downloads(self, name: str = "Download") -> bytes:
        with self.page.expect_download() as saving:
            self.page.get_by_role("link", name=name).first.click()
        return Path(saving.value.path()).read_bytes()


def count(server: Server, query: str, *given: object) -> int:
    """What the server's database says, looked at from beside it."""
    address = f"file:{server.data_dir / 'wainwright.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
        found: int = connection.execute(query, given).fetchone()[0]
    return found
