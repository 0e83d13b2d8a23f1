"""The Test gateway: a true adapter to a vendor that lives in a file of its own.

Connection: base_urls["page"] is the origin of the card page, settings["ledger"] the vendor's file,
secrets["webhook"] the secret (or several, parted by spaces, newest first) of its webhooks.
Webhooks go to `webhook_url` of the connection or, for what a start brings, of that start; with an
empty one nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from wainwright.core import clock
from wainwright.core.http import Http
from wainwright.core.money import CURRENCIES, Money
from wainwright.core.signatures import new_secret
from wainwright.payments.gateways.base import (
    Capabilities,
    ChargeRequest,
    Connection,
    ConnectionReport,
    DisputeReport,
    GatewayEvent,
    GatewayMisconfigured,
    Intent,
    Kind,
    ListedCharge,
    MethodInfo,
    MethodRef,
    NotFound,
    Outcome,
    RefundRequest,
    RequestRejected,
    Start,
    StartRequest,
)
from wainwright.payments.gateways.test import cards, faults, webhooks
from wainwright.payments.gateways.test.desk import Desk
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.ledger import Ledger
from wainwright.payments.gateways.test.rows import Account
from wainwright.payments.gateways.test.till import Till

_CAPABILITIES = Capabilities(
    methods=frozenset({"card"}),
    currencies=CURRENCIES,
    replace_start=True,
    disputes=True,
    test_mode="account",
)


class TestGateway:
    """Moves no money. Works in test mode only."""

    __test__ = False  # not a test case, whatever its name says
    code = "test"

    def __init__(
        self,
        connection: Connection,
        http: Http | None = None,
        *,
        clock: Callable[[], datetime] = clock.wall,
    ) -> None:
        if connection.mode != "test":
            raise GatewayMisconfigured(_("The Test gateway works in test mode only."))
        if not connection.settings.get("ledger"):
            raise GatewayMisconfigured(_("The Test gateway has no place for its ledger."))
        self._connection = connection
        self._account = connection.account_ref or connection.id
        self._ledger = Ledger(connection.settings["ledger"])
        self._now = clock

    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    def check(self) -> ConnectionReport:
        missing = []
        if not self._connection.secrets.get("webhook"):
            missing.append(_("A secret for its webhooks is missing."))
        if not self._connection.base_urls.get("page"):
            missing.append(_("The address of its card page is missing."))
        if not missing:
            self._ask(lambda desk: None)
        return ConnectionReport(not missing, "Test gateway", "test", CURRENCIES, tuple(missing))

    def start(self, request: StartRequest) -> Start:
        wants_money = request.intent != Intent.SAVE_ONLY
        if (request.amount.minor > 0) != wants_money or request.amount.minor < 0:
            raise RequestRejected("an amount above zero is paid, zero is only saved")
        _web_addresses(request.return_url, request.cancel_url)
        return self._ask(lambda desk: desk.start(request), moves=True)

    def finish(self, ref: str, returned: Mapping[str, str]) -> Outcome:
        outcome = self.fetch("start", ref)
        if isinstance(outcome, NotFound):
            raise RequestRejected(f"there is no start {ref}")
        return outcome

    def close(self, ref: str) -> Outcome:
        return self._ask(lambda desk: desk.close(ref), moves=True)

    def charge_saved(self, request: ChargeRequest) -> Outcome:
        if request.amount.minor <= 0:
            raise RequestRejected("only an amount above zero can be charged")
        return self._ask(lambda desk: desk.charge(request), moves=True)

    def refund(self, request: RefundRequest) -> Outcome:
        return self._ask(lambda desk: desk.refund(request), moves=True)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        raise RequestRejected("the Test gateway takes money at once; there is nothing to capture")

    def fetch(
        self, kind: Kind, ref: str | None = None, key: str | None = None
    ) -> Outcome | NotFound:
        if (ref is None) == (key is None):
            raise ValueError("fetch by ref or by key")
        column, value = ("ref", ref) if ref is not None else ("key", key)
        found = self._ask(lambda desk: desk.look_up(kind, column, value))
        return found or NotFound(kind, ref, key)

    def list_charges(self, since: datetime) -> Iterator[ListedCharge]:
        yield from self._ask(lambda desk: list(desk.charges_since(since)))

    def fetch_dispute(self, ref: str) -> DisputeReport | NotFound:
        return self._ask(lambda desk: desk.dispute(ref)) or NotFound("dispute", ref)

    def list_disputes(self, since: datetime) -> Iterator[DisputeReport]:
        yield from self._ask(lambda desk: list(desk.disputes_since(since)))

    def describe_method(self, method: MethodRef) -> MethodInfo:
        row = self._ask(lambda desk: desk.method(method))
        if row is None:
            return MethodInfo("card", status="gone")
        card = cards.by_code(row.card)
        over = cards.expired(row.year, row.month, self._now().date())
        return MethodInfo(
            kind="card",
            brand=card.brand,
            last4=row.last4,
            expiry_month=row.month,
            expiry_year=row.year,
            country=card.country,
            status="gone" if row.state == "gone" else "expired" if over else "active",
        )

    def forget_method(self, method: MethodRef) -> None:
        self._ask(lambda desk: desk.forget(method))

    def new_webhook_secret(self) -> str:
        fresh = new_secret()
        with self._desk() as desk:
            desk.sign_with(fresh)
        return fresh

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], url: str) -> list[GatewayEvent]:
        secrets = self._connection.secrets.get("webhook", "").split()
        return webhooks.parse(raw, headers, secrets, clock.wall())

    def pay_start(
        self, ref: str, number: str, expiry: str = "12/34", cvc: str = "123", *, passes: bool = True
    ) -> Outcome:
        """Does what a buyer does on the card page: types a card and answers his bank.

        Raises CardRefused for a number that is not listed.
        """
        with self._desk():
            pass  # the page reads the time from what the seller last told
        till = Till(self._ledger)
        till.pay(ref, number, expiry, cvc)
        till.authenticate(ref, passed=passes)  # nothing to do unless the bank asks
        return self.finish(ref, {})

    def dispute(self, charge_ref: str, amount: Money | None = None) -> str:
        """Does what a buyer's bank does that takes a charge back, all that is left of it or a part.

        Answers the dispute's ref.
        """
        with self._desk() as desk:
            return desk.open_dispute(charge_ref, amount)

    def decide(self, dispute_ref: str, *, won: bool) -> None:
        """Does what the bank does that has heard both sides."""
        with self._desk() as desk:
            desk.end_dispute(dispute_ref, "won" if won else "lost")

    def misbehave(self, plan: Faults) -> None:
        """Lays what goes wrong for this seller from his next call on, for every process alike.

        `Faults()` ends it.
        """
        with self._desk() as desk:
            faults.lay(desk.books, self._account, plan)

    def mishaps(self) -> dict[str, int]:
        """How many `calls` there were since then, and how often each fault was met."""
        with self._desk() as desk:
            return faults.met(desk.books, self._account)

    def _ask[T](self, work: Callable[[Desk], T], *, moves: bool = False) -> T:
        """One call: on the way there, at the desk, and back; whatever the weather is."""
        with self._desk() as desk:
            desk.weather = faults.of_call(desk.books, self._account)
            answers = [work(desk) for _time in range(desk.weather.arrives)]
        desk.weather.way_back(moves=moves)
        return answers[-1]

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        """The vendor, alone with its books; told the seller's secret and time if they changed."""
        secret = next(iter(self._connection.secrets.get("webhook", "").split()), "")
        now = self._now()
        offset = round((now - clock.wall()).total_seconds())
        with self._ledger.writing() as books:
            account = books.find(Account, ref=self._account)
            if account is None:
                books.add(Account(ref=self._account, secret=secret, offset=offset))
            elif (account.secret, account.offset) != (secret, offset):
                account.secret, account.offset = secret, offset
                books.save(account)
            page = self._connection.base_urls.get("page", "").rstrip("/")
            desk = Desk(books, self._account, now, page, self._connection.webhook_url)
            desk.catch_up()
            yield desk


def _web_addresses(*urls: str) -> None:
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https"):
            raise RequestRejected("a return address must begin with http:// or https://")
