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
from wainwright.core.ids import new_id
from wainwright.core.money import CURRENCIES, Money
from wainwright.payments.gateways.base import (
    Capabilities,
    ChargeRequest,
    Connection,
    ConnectionReport,
    Decline,
    EventKind,
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
from wainwright.payments.gateways.test import bank, cards, webhooks
from wainwright.payments.gateways.test.ledger import (
    Account,
    Books,
    ChargeRow,
    Customer,
    Ledger,
    MethodRow,
    RefundRow,
    StartRow,
    moment,
    stamp,
)
from wainwright.payments.gateways.test.till import Till

_CAPABILITIES = Capabilities(
    methods=frozenset({"card"}), currencies=CURRENCIES, replace_start=True, test_mode="account"
)


class TestGateway:
    """Moves no money. Works in test mode only."""

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
            with self._books():
                pass
        return ConnectionReport(not missing, "Test gateway", "test", CURRENCIES, tuple(missing))

    def start(self, request: StartRequest) -> Start:
        wants_money = request.intent != Intent.SAVE_ONLY
        if (request.amount.minor > 0) != wants_money or request.amount.minor < 0:
            raise RequestRejected("an amount above zero is paid, zero is only saved")
        _web_addresses(request.return_url, request.cancel_url)
        same = bank.fingerprint(
            request.intent,
            request.amount.minor,
            request.amount.currency,
            request.order_ref,
            request.customer_ref,
        )
        with self._books() as books:
            now = self._now()
            known = books.find(StartRow, account=self._account, key=request.key)
            if known:
                bank.same_request(known, same)
                return bank.page_of(known)
            start = self._new_start(books, request, same)
            finished = self._replace(books, request.replaces, start, now)
            if finished:
                outcome = bank.start_outcome(books, finished, now)
                return Start(finished.ref, moment(finished.expires_at), done=outcome)
            books.add(start)
        return bank.page_of(start)

    def finish(self, ref: str, returned: Mapping[str, str]) -> Outcome:
        outcome = self.fetch("start", ref)
        if isinstance(outcome, NotFound):
            raise RequestRejected(f"there is no start {ref}")
        return outcome

    def charge_saved(self, request: ChargeRequest) -> Outcome:
        if request.amount.minor <= 0:
            raise RequestRejected("only an amount above zero can be charged")
        same = bank.fingerprint(request.method.token, request.amount.minor, request.amount.currency)
        with self._books() as books:
            now = self._now()
            charge = books.find(ChargeRow, account=self._account, key=request.key)
            if charge:
                bank.same_request(charge, same)
                return bank.charge_outcome(books, bank.settle(books, charge, now))
            charge = self._charge(books, request, same, now)
            bank.tell_of_charge(books, charge, now)
            return bank.charge_outcome(books, charge)

    def refund(self, request: RefundRequest) -> Outcome:
        amount = request.amount
        same = bank.fingerprint(request.charge_ref, amount.minor, amount.currency)
        with self._books() as books:
            known = books.find(RefundRow, account=self._account, key=request.key)
            if known:
                bank.same_request(known, same)
                return bank.refund_outcome(known)
            refund = self._refund(books, request, same)
            return bank.refund_outcome(refund)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        raise RequestRejected("the Test gateway takes money at once; there is nothing to capture")

    def fetch(
        self, kind: Kind, ref: str | None = None, key: str | None = None
    ) -> Outcome | NotFound:
        if (ref is None) == (key is None):
            raise ValueError("fetch by ref or by key")
        column, value = ("ref", ref) if ref is not None else ("key", key)
        with self._books() as books:
            found = self._look_up(books, kind, {"account": self._account, column: value})
        return found or NotFound(kind, ref, key)

    def list_charges(self, since: datetime) -> Iterator[ListedCharge]:
        values: dict[str, str | None] = {"account": self._account, "since": stamp(since)}
        where = "account = :account AND changed_at >= :since"
        with self._books() as books:
            now = self._now()
            bank.settle_all(books, self._account, now)
            found = list(books.rows(ChargeRow, where, values, "ORDER BY changed_at, ref"))
            listed = [
                ListedCharge(
                    charge.ref,
                    charge.key,
                    charge.start,
                    moment(charge.created_at),
                    bank.charge_outcome(books, bank.settle(books, charge, now)),
                )
                for charge in found
            ]
        yield from listed

    def describe_method(self, method: MethodRef) -> MethodInfo:
        with self._books() as books:
            row = self._method(books, method)
            now = self._now()
        if row is None:
            return MethodInfo("card", status="gone")
        card = cards.by_code(row.card)
        over = cards.expired(row.year, row.month, now.date())
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
        with self._books() as books:
            row = self._method(books, method)
            if row:
                row.state = "gone"
                books.save(row)

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], url: str) -> list[GatewayEvent]:
        secrets = self._connection.secrets.get("webhook", "").split()
        return webhooks.parse(raw, headers, secrets, clock.wall())

    def pay_start(
        self, ref: str, number: str, expiry: str = "12/34", cvc: str = "123", *, passes: bool = True
    ) -> Outcome:
        """Does what a buyer does on the card page: types a card and answers his bank.

        Raises CardRefused for a number that is not listed.
        """
        with self._books():
            pass  # the page reads the time from what the seller last told
        till = Till(self._ledger)
        start = till.pay(ref, number, expiry, cvc)
        if start and start.state == "challenged":
            till.authenticate(ref, passed=passes)
        return self.finish(ref, {})

    @contextmanager
    def _books(self) -> Iterator[Books]:
        """The ledger, alone; tells the vendor the seller's secret and time where they changed."""
        secret = next(iter(self._connection.secrets.get("webhook", "").split()), "")
        offset = round((self._now() - clock.wall()).total_seconds())
        with self._ledger.writing() as books:
            account = books.find(Account, ref=self._account)
            if account is None:
                books.add(Account(ref=self._account, secret=secret, offset=offset))
            elif (account.secret, account.offset) != (secret, offset):
                account.secret, account.offset = secret, offset
                books.save(account)
            yield books

    def _new_start(self, books: Books, request: StartRequest, same: str) -> StartRow:
        page = self._connection.base_urls.get("page")
        if not page:
            raise GatewayMisconfigured(_("The address of the Test gateway's card page is missing."))
        now = self._now()
        return StartRow(
            ref=new_id("test_start"),
            account=self._account,
            key=request.key,
            request=same,
            intent=request.intent.value,
            minor=request.amount.minor,
            currency=request.amount.currency,
            customer=self._customer(books, request),
            order_ref=request.order_ref,
            statement=request.statement,
            locale=request.locale,
            return_url=request.return_url,
            cancel_url=request.cancel_url,
            webhook_url=request.webhook_url,
            page_url=page.rstrip("/"),
            created_at=stamp(now),
            expires_at=stamp(now + bank.PAGE_LIFE),
        )

    def _customer(self, books: Books, request: StartRequest) -> str:
        if request.customer_ref:
            if not books.find(Customer, account=self._account, ref=request.customer_ref):
                raise RequestRejected(f"there is no customer {request.customer_ref}")
            return request.customer_ref
        buyer = request.buyer
        customer = Customer(
            ref=new_id("test_customer"), account=self._account, email=buyer.email, name=buyer.name
        )
        books.add(customer)
        return customer.ref

    def _replace(
        self, books: Books, replaced: str | None, by: StartRow, now: datetime
    ) -> StartRow | None:
        """Voids an earlier start and all that followed it; or the one of them that was finished."""
        while replaced:
            earlier = books.find(StartRow, account=self._account, ref=replaced)
            if earlier is None:
                raise RequestRejected(f"there is no start {replaced} to replace")
            if earlier.state == "done":
                return earlier
            replaced = earlier.replaced_by
            if replaced is None:
                earlier.state, earlier.replaced_by = "void", by.ref
                books.save(earlier)
        return None

    def _charge(self, books: Books, request: ChargeRequest, same: str, now: datetime) -> ChargeRow:
        method = books.find(MethodRow, account=self._account, ref=request.method.token)
        if method and method.customer != request.method.customer_ref:
            raise RequestRejected("the method belongs to another customer")
        charge = ChargeRow(
            ref=new_id("test_charge"),
            account=self._account,
            key=request.key,
            request=same,
            customer=request.method.customer_ref,
            card=method.card if method else "",
            method=method.ref if method else None,
            minor=request.amount.minor,
            currency=request.amount.currency,
            description=request.description,
            webhook_url=self._connection.webhook_url,
            network_ref=request.network_ref or new_id("test_network"),
            created_at=stamp(now),
            changed_at=stamp(now),
        )
        answer = bank.answer_for(method, now, present=request.customer_present)
        bank.apply(charge, answer, now)
        if answer == Decline.AUTHENTICATION_REQUIRED or (
            request.customer_present
            and not isinstance(answer, Decline)
            and cards.by_code(charge.card).asks
        ):
            page = self._connection.base_urls.get("page", "").rstrip("/")
            bank.ask_for_buyer(books, charge, request.return_url, page)
        books.add(charge)
        return charge

    def _refund(self, books: Books, request: RefundRequest, same: str) -> RefundRow:
        now = self._now()
        amount = request.amount
        charge = books.find(ChargeRow, account=self._account, ref=request.charge_ref)
        if charge is None or bank.settle(books, charge, now).state != "succeeded":
            raise RequestRejected(f"there is no settled charge {request.charge_ref}")
        left = charge.minor - charge.refunded
        if amount.currency != charge.currency or not 0 < amount.minor <= left:
            raise RequestRejected(f"{left} {charge.currency} minor units are left to refund")
        refund = RefundRow(
            ref=new_id("test_refund"),
            account=self._account,
            key=request.key,
            request=same,
            charge=charge.ref,
            minor=amount.minor,
            currency=amount.currency,
            created_at=stamp(now),
        )
        if cards.by_code(charge.card).refunds:
            charge.refunded += amount.minor
            charge.changed_at = stamp(now)
            books.save(charge)
        else:
            refund.state, refund.decline = "declined", Decline.GENERIC.value
        books.add(refund)
        webhooks.queue(
            books,
            self._account,
            charge.webhook_url,
            EventKind.REFUND_CHANGED,
            refund.ref,
            now,
            key=refund.key,
        )
        return refund

    def _look_up(self, books: Books, kind: Kind, wanted: dict[str, str | None]) -> Outcome | None:
        now = self._now()
        match kind:
            case "start":
                start = books.find(StartRow, **wanted)
                return bank.start_outcome(books, start, now) if start else None
            case "charge":
                charge = books.find(ChargeRow, **wanted)
                charge = charge and bank.settle(books, charge, now)
                return bank.charge_outcome(books, charge) if charge else None
            case "refund":
                refund = books.find(RefundRow, **wanted)
                return bank.refund_outcome(refund) if refund else None
            case "method":
                method = books.find(MethodRow, **wanted)
                return bank.method_outcome(method) if method else None

    def _method(self, books: Books, method: MethodRef) -> MethodRow | None:
        return books.find(
            MethodRow, account=self._account, ref=method.token, customer=method.customer_ref
        )


def _web_addresses(*urls: str) -> None:
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https"):
            raise RequestRejected("a return address must begin with http:// or https://")
