"""Everybody who may call at a door of Wainwright, and what answers him."""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils.http import urlencode

from wainwright.accounts.models import Business, Member
from wainwright.catalog.models import Price
from wainwright.hub import sessions
from wainwright.invoicing.models import Document

MAIN, GATEWAY = "127.0.0.1", "testgateway.localhost"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Holding:
    """What one buyer has at a business: `ids` by the names that stand in addresses, the `cookie`
    of his hub, and the `words` that tell of him.
    """

    name: str
    words: Set[str]
    cookie: str
    ids: dict[str, str]


@dataclass
class Estate:
    """A business and what it sells. Everybody may read the `open_words`; only who works there the
    `staff_words`.
    """

    business: Business
    price: Price
    ids: dict[str, str]
    open_words: Set[str] = frozenset()
    staff_words: Set[str] = frozenset()
    holdings: list[Holding] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.business.slug

    @property
    def words(self) -> set[str]:
        """All that tells of anything here."""
        return {*self.open_words, *self.staff_words}.union(*(h.words for h in self.holdings))


def printed_words(pdf: bytes) -> str:
    """The frozen content of the document whose file this is, to the byte."""
    of_file = Document.everywhere.filter(pdf_sha256=hashlib.sha256(pdf).hexdigest())
    return str(of_file.values_list("content", flat=True).get())


@dataclass
class Caller:
    """Somebody with cookies, who stands in the table as `column`.

    `works_at` are the businesses he may see into as staff, `words` what may be told him anywhere.
    """

    name: str
    column: str
    works_at: Set[str] = frozenset()
    bought_at: str = ""
    words: Set[str] = frozenset()
    cookies: dict[str, str] = field(default_factory=dict)
    read_pdf: Callable[[bytes], str] = printed_words
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def address(self) -> str:
        """Everybody sits somewhere else: nobody meets a limit because of others."""
        return f"10.0.0.{sum(self.name.encode()) % 250}"

    def may_read(self, world: World) -> set[str]:
        """The words that he may be told anywhere."""
        own = {estate.slug: estate.words for estate in world.estates}
        return set(self.words).union(*(own[slug] for slug in self.works_at))

    def to(self, estate: Estate, holding: Holding | None) -> str:
        """Who of Cleo's table he is, for a thing of this business and this buyer."""
        if self.works_at:
            if estate.slug not in self.works_at:
                return "carl"
            return "cleo" if self.column in ("cleo", "carl") else "ann"
        if not self.bought_at:
            return "none"
        if self.bought_at != estate.slug:
            return "bob"
        return "ada" if holding is None or holding.name == self.name else "eve"

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
        """Asks with his own cookies, whatever an earlier answer made of them."""
        self.client.cookies = SimpleCookie(self.cookies)
        host, path = (GATEWAY, path[len(GATEWAY) :]) if path.startswith(GATEWAY) else (MAIN, path)
        response = self.client.generic(
            method,
            path,
            urlencode(body or {}),
            content_type=FORM,
            headers={"host": host, "accept-language": "en"},
            REMOTE_ADDR=self.address,
        )
        return Answer(response, self.read_pdf)


class Answer:
    """A response, told in one word, with all that can be read in it."""

    def __init__(self, response: Any, read_pdf: Callable[[bytes], str]) -> None:
        self.status: int = response.status_code
        self.kind: str = response.headers.get("Content-Type", "").partition(";")[0]
        self.location: str = response.headers.get("Location", "")
        try:
            self.body: bytes = response.getvalue()
        except Exception:  # a download that breaks while it is sent
            self.status, self.body = 500, b""
        self.headers: dict[str, str] = dict(response.headers.items())
        self._read_pdf = read_pdf

    @property
    def told(self) -> str:
        if self.status in (302, 303):
            path = re.sub(r"^/b/[^/]+", "", self.location.partition("?")[0])
            return {"/accounts/login/": "gate", "/updateinfo/": "door"}.get(path, "done")
        if self.status in (400, 409, 422):
            return "bad"
        if self.status == 200:
            return "page" if self.kind == "text/html" else "file"
        return str(self.status)

    @property
    def masked(self) -> bytes:
        """The body without the token that differs each time."""
        return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]+', rb"\1", self.body)

    def tells(self, words: Set[str]) -> set[str]:
        """Those of the words that stand in it anywhere."""
        return {word for word in words if word in self.text}

    @cached_property
    def text(self) -> str:
        """All its words, those of headers and inside PDFs and ZIPs too, in small letters."""
        headers = " ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{headers} {self._words(self.kind, self.body)}".lower()

    def _words(self, kind: str, body: bytes) -> str:
        if kind == "application/pdf":
            return self._read_pdf(body)
        if kind == "application/zip":
            with zipfile.ZipFile(io.BytesIO(body)) as files:
                names = files.namelist()
                return " ".join([*names, *(self._read_pdf(files.read(name)) for name in names)])
        text = body.decode(errors="replace")
        return html.unescape(text) if kind == "text/html" else text


@dataclass
class World:
    """Accounts with their businesses and buyers, and everybody who may call."""

    estates: list[Estate]
    callers: dict[str, Caller]

    @property
    def holdings(self) -> list[tuple[Estate, Holding]]:
        return [(estate, holding) for estate in self.estates for holding in estate.holdings]

    @cached_property
    def words(self) -> set[str]:
        """Every word that tells of somebody or something."""
        return set().union(*(estate.words for estate in self.estates))

    def home_of(self, caller: Caller) -> tuple[Estate, Holding]:
        """A business he is at home at; the first for who is nowhere."""
        own = caller.works_at or {caller.bought_at}
        return next((pair for pair in self.holdings if pair[0].slug in own), self.holdings[0])


def staff(member: Member, *, name: str, column: str, works_at: Set[str]) -> Caller:
    """Logged in to the dashboard."""
    caller = Caller(name, column, works_at=works_at)
    caller.client.force_login(member.user)
    caller.cookies = {name: morsel.value for name, morsel in caller.client.cookies.items()}
    return caller


def buyer(estate: Estate, holding: Holding, *, column: str) -> Caller:
    """Signed in to his hub."""
    cookies = {sessions.cookie_name(estate.business): holding.cookie}
    return Caller(holding.name, column, bought_at=estate.slug, words=holding.words, cookies=cookies)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside works, and afterwards it never was."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] # as Django's own tests do: durable blocks may stand inside
    with block:
        yield
        transaction.set_rollback(True)
