"""Everybody who may call at a door of Wainwright, and what answers him."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any

import pypdf
from django.db import transaction
from django.test import Client
from django.utils.http import urlencode

from tests import cast
from tests.factories.estates import Estate, Holding, lay_out
from wainwright.accounts.models import Member
from wainwright.core.tenancy import TEST, scope
from wainwright.hub import sessions
from wainwright.invoicing.files import pdf_of
from wainwright.invoicing.models import Document

MAIN, GATEWAY = "127.0.0.1", "testgateway.localhost"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Caller:
    """Somebody with cookies. `works_at` are the businesses he may see into as staff."""

    name: str
    works_at: Set[str] = frozenset()
    bought_at: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Everybody sits somewhere else: nobody meets a limit because of others."""
        return f"10.0.0.{sum(self.name.encode()) % 250}"

    @property
    def word(self) -> str:
        return f"{self.name}word"

    def may_read(self, world: World) -> set[str]:
        """The planted words that he may be told anywhere."""
        own = {estate.slug: estate.words for estate in world.estates}
        return {self.word}.union(*(own[slug] for slug in self.works_at))

    def to(self, estate: Estate, holding: Holding | None) -> str:
        """Who of Cleo's table he is, for a thing of this business and this buyer."""
        if self.works_at:
            if estate.slug not in self.works_at:
                return "carl"
            return "cleo" if self.name in ("cleo", "carl") else "ann"
        if not self.bought_at:
            return "none"
        if self.bought_at != estate.slug:
            return "bob"
        return "ada" if holding is None or holding.name == self.name else "eve"

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
        """Asks with his own cookies, whatever an earlier answer made of them."""
        self.client.cookies = SimpleCookie(self.cookies)
        host, path = (GATEWAY, path[len(GATEWAY) :]) if path.startswith(GATEWAY) else (MAIN, path)
        sent = urlencode(body or {})
        given = {"data": sent, "content_type": FORM} if method == "POST" else {}
        response = self.client.generic(
            method, path, **given, headers={"host": host}, REMOTE_ADDR=self.address
        )
        return Answer(response)


class Answer:
    """A response, told in one word, with all that can be read in it."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.kind: str = response.headers.get("Content-Type", "").partition(";")[0]
        self.location: str = response.headers.get("Location", "")
        try:
            self.body: bytes = response.getvalue()
        except Exception:  # a download that breaks while it is sent
            self.status, self.body = 500, b""
        self._headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())

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
        return f"{self._headers} {_words(self.kind, self.body)}".lower()


def _words(kind: str, body: bytes) -> str:
    if kind == "application/pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as files:
            names = files.namelist()
            read = [_words("application/pdf", files.read(name)) for name in names]
        return " ".join(names + read)
    return body.decode(errors="replace")


@dataclass
class World:
    """Two accounts, four businesses, five buyers, and everybody who may call."""

    estates: list[Estate]
    callers: dict[str, Caller]

    @property
    def holdings(self) -> list[tuple[Estate, Holding]]:
        return [(estate, holding) for estate in self.estates for holding in estate.holdings]

    @property
    def words(self) -> set[str]:
        """Every planted word."""
        return set().union(*(estate.words for estate in self.estates))

    def home_of(self, caller: Caller) -> tuple[Estate, Holding]:
        """A business he is at home at; the first for who is nowhere."""
        own = caller.works_at or {caller.bought_at}
        return next((pair for pair in self.holdings if pair[0].slug in own), self.holdings[0])


def assemble() -> World:
    people = cast.assemble()
    estates = [
        lay_out(people.own, "amy"),
        lay_out(people.client, "ada", "eve"),
        lay_out(people.other_client, "bob"),
        lay_out(people.stranger, "sam"),
    ]
    draw_documents(estates)
    callers = [
        _staff("ann", people.ann, "agency", "cleo", "carl"),
        _staff("cleo", people.cleo, "cleo"),
        _staff("carl", people.carl, "carl"),
        _staff("mallory", people.mallory, "stranger"),
        *(
            _buyer(estate, holding)
            for estate in estates
            for holding in estate.holdings
            if holding.name in ("ada", "eve", "bob")
        ),
        Caller("none"),
    ]
    return World(estates, {caller.name: caller for caller in callers})


def draw_documents(estates: list[Estate]) -> None:
    """Each is drawn when first asked for; here that is done, so that reading changes nothing."""
    for estate in estates:
        with scope(estate.business.account_id, TEST):
            for document in Document.objects.filter(business=estate.business):
                pdf_of(document)


def _staff(name: str, member: Member, *works_at: str) -> Caller:
    caller = Caller(name, works_at=frozenset(works_at))
    caller.client.force_login(member.user)
    caller.cookies = {name: morsel.value for name, morsel in caller.client.cookies.items()}
    return caller


def _buyer(estate: Estate, holding: Holding) -> Caller:
    cookies = {sessions.cookie_name(estate.business): holding.cookie}
    return Caller(holding.name, bought_at=estate.slug, cookies=cookies)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside works, and afterwards it never was."""
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own tests do: durable blocks may stand inside
    with block:
        yield
        transaction.set_rollback(True)
