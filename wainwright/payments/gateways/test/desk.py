"""The vendor's side of a call: what it does for one seller within one transaction of its books."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.payments.gateways.base import (
    ChargeRequest,
    Decline,
    DisputeReport,
    EventKind,
    GatewayMisconfigured,
    Kind,
    ListedCharge,
    MethodRef,
    Outcome,
    RefundRequest,
    RequestRejected,
    Start,
    StartRequest,
)
from wainwright.payments.gateways.test import bank, cards, chargebacks, webhooks
from wainwright.payments.gateways.test.faults import FAIR, Fault, Weather
from wainwright.payments.gateways.test.ledger import Books
from wainwright.payments.gateways.test.rows import (
    Account,
    ChargeRow,
    Customer,
    Delayed,
    DisputeRow,
    MethodRow,
    RefundRow,
    StartRow,
    moment,
    stamp,
)

_STALE = timedelta(minutes=1)


@dataclass(slots=True)
class Desk:
    """Who asks, when, and in what weather. `page` is the origin of the card page, `webhook_url`
    where the seller is told of later charges."""

    books: Books
    account: str
    now: datetime
    page: str = ""
    webhook_url: str = ""
    weather: Weather = FAIR

    def start(self, request: StartRequest) -> Start:
        same = bank.fingerprint(
            request.intent,
            request.amount.minor,
            request.amount.currency,
            request.order_ref,
            request.customer_ref,
        )
        known = self.books.find(StartRow, account=self.account, key=request.key)
        if known:
            bank.same_request(known, same)
            return bank.page_of(known)
        start = self._new_start(request, same)
        finished = self._replace(request.replaces, start)
        if finished:
            outcome = bank.start_outcome(self.books, finished, self.now)
            return Start(finished.ref, moment(finished.expires_at), done=outcome)
        self.books.add(start)
        return bank.page_of(start)

    def sign_with(self, secret: str) -> None:
        """The seller's webhooks are signed with it from now on."""
        account = self.books.find(Account, ref=self.account)
        assert account is not None
        account.secret = secret
        self.books.save(account)

    def close(self, ref: str) -> Outcome:
        start = self.books.find(StartRow, account=self.account, ref=ref)
        if start is None:
            raise RequestRejected(f"there is no start {ref} to close")
        if start.state != "done":
            start.state = "void"
            self.books.save(start)
            asked = self.books.find(ChargeRow, ref=start.resumes)
            if asked is not None:
                bank.settle(self.books, asked, self.now)
        return bank.start_outcome(self.books, start, self.now)

    def charge(self, request: ChargeRequest) -> Outcome:
        same = bank.fingerprint(request.method.token, request.amount.minor, request.amount.currency)
        known = self.books.find(ChargeRow, account=self.account, key=request.key)
        if known:
            bank.same_request(known, same)
            return bank.charge_outcome(self.books, bank.settle(self.books, known, self.now))
        charge = self._new_charge(request, same)
        if self.weather.fault == Fault.DELAYED:
            self._put_off(charge)
        else:
            self.books.add(charge)
            bank.tell_of_charge(self.books, charge, self.now)
        return bank.charge_outcome(self.books, charge)

    def refund(self, request: RefundRequest) -> Outcome:
        amount = request.amount
        same = bank.fingerprint(request.charge_ref, amount.minor, amount.currency)
        known = self.books.find(RefundRow, account=self.account, key=request.key)
        if known:
            bank.same_request(known, same)
            return bank.refund_outcome(known)
        return bank.refund_outcome(self._new_refund(request, same))

    def look_up(self, kind: Kind, column: str, value: str | None) -> Outcome | None:
        wanted = {"account": self.account, column: value}
        found: StartRow | ChargeRow | RefundRow | MethodRow | None
        match kind:
            case "start":
                found = self._seen(self.books.find(StartRow, **wanted))
                return bank.start_outcome(self.books, found, self.now) if found else None
            case "charge":
                found = self._seen(self.books.find(ChargeRow, **wanted))
                found = found and bank.settle(self.books, found, self.now)
                return bank.charge_outcome(self.books, found) if found else None
            case "refund":
                found = self._seen(self.books.find(RefundRow, **wanted))
                return bank.refund_outcome(found) if found else None
            case "method":
                found = self._seen(self.books.find(MethodRow, **wanted))
                return bank.method_outcome(found) if found else None
        return None

    def charges_since(self, since: datetime) -> Iterator[ListedCharge]:
        values: dict[str, str | None] = {"account": self.account, "since": stamp(since)}
        where = "account = :account AND changed_at >= :since"
        rows = list(self.books.rows(ChargeRow, where, values, "ORDER BY changed_at, ref"))
        for charge in rows:
            yield ListedCharge(
                charge.ref,
                charge.key,
                charge.start,
                moment(charge.created_at),
                bank.charge_outcome(self.books, bank.settle(self.books, charge, self.now)),
            )

    def dispute(self, ref: str) -> DisputeReport | None:
        row = self._seen(self.books.find(DisputeRow, account=self.account, ref=ref))
        return chargebacks.report(row) if row else None

    def disputes_since(self, since: datetime) -> Iterator[DisputeReport]:
        return chargebacks.since(self.books, self.account, since)

    def open_dispute(self, charge_ref: str, amount: Money | None) -> str:
        charge = self.books.find(ChargeRow, account=self.account, ref=charge_ref)
        if charge is None:
            raise RequestRejected(f"there is no charge {charge_ref}")
        return chargebacks.open_dispute(self.books, charge, amount, self.now).ref

    def end_dispute(self, ref: str, state: str) -> None:
        dispute = self.books.find(DisputeRow, account=self.account, ref=ref)
        if dispute is None:
            raise RequestRejected(f"there is no dispute {ref}")
        chargebacks.end(self.books, dispute, state, self.now)

    def method(self, method: MethodRef) -> MethodRow | None:
        return self.books.find(
            MethodRow, account=self.account, ref=method.token, customer=method.customer_ref
        )

    def forget(self, method: MethodRef) -> None:
        row = self.method(method)
        if row:
            row.state = "gone"
            self.books.save(row)

    def catch_up(self) -> None:
        """Settles what is due of the seller, and makes charges that were put off, as of then."""
        due: dict[str, str | None] = {"account": self.account, "now": stamp(self.now)}
        where = "account = :account AND due_at <= :now"
        for late in list(self.books.rows(Delayed, where, due, "ORDER BY due_at")):
            self.books.remove(late)
            charge = ChargeRow(**json.loads(late.charge))
            if self.books.find(ChargeRow, account=self.account, key=charge.key) is None:
                charge.created_at, charge.changed_at = late.due_at, stamp(self.now)
                self.books.add(charge)
                bank.tell_of_charge(self.books, charge, self.now)
        bank.settle_all(self.books, self.account, self.now)
        chargebacks.catch_up(self.books, self.account, self.now)

    def _seen[Row: StartRow | ChargeRow | RefundRow | MethodRow | DisputeRow](
        self, row: Row | None
    ) -> Row | None:
        """The row as this question may see it."""
        if row is None or self.weather.fault != Fault.STALE:
            return row
        return row if moment(row.created_at) <= self.now - _STALE else None

    def _new_start(self, request: StartRequest, same: str) -> StartRow:
        if not self.page:
            raise GatewayMisconfigured(_("The address of the Test gateway's card page is missing."))
        return StartRow(
            ref=new_id("test_start"),
            account=self.account,
            key=request.key,
            request=same,
            intent=request.intent.value,
            minor=request.amount.minor,
            currency=request.amount.currency,
            customer=self._customer(request),
            order_ref=request.order_ref,
            statement=request.statement,
            locale=request.locale,
            return_url=request.return_url,
            cancel_url=request.cancel_url,
            webhook_url=request.webhook_url,
            page_url=self.page,
            created_at=stamp(self.now),
            expires_at=stamp(self.now + bank.PAGE_LIFE),
        )

    def _customer(self, request: StartRequest) -> str:
        if request.customer_ref:
            if not self.books.find(Customer, account=self.account, ref=request.customer_ref):
                raise RequestRejected(f"there is no customer {request.customer_ref}")
            return request.customer_ref
        buyer = request.buyer
        customer = Customer(
            ref=new_id("test_customer"), account=self.account, email=buyer.email, name=buyer.name
        )
        self.books.add(customer)
        return customer.ref

    def _replace(self, replaced: str | None, by: StartRow) -> StartRow | None:
        """Voids an earlier start and all that followed it; or the one of them that was finished."""
        while replaced:
            earlier = self.books.find(StartRow, account=self.account, ref=replaced)
            if earlier is None:
                raise RequestRejected(f"there is no start {replaced} to replace")
            if earlier.state == "done":
                return earlier
            replaced = earlier.replaced_by
            if replaced is None:
                earlier.state, earlier.replaced_by = "void", by.ref
                self.books.save(earlier)
        return None

    def _new_charge(self, request: ChargeRequest, same: str) -> ChargeRow:
        method = self.books.find(MethodRow, account=self.account, ref=request.method.token)
        if method and method.customer != request.method.customer_ref:
            raise RequestRejected("the method belongs to another customer")
        charge = ChargeRow(
            ref=new_id("test_charge"),
            account=self.account,
            key=request.key,
            request=same,
            customer=request.method.customer_ref,
            card=method.card if method else "",
            method=method.ref if method else None,
            minor=request.amount.minor + (self.weather.fault == Fault.CHANGED),
            currency=request.amount.currency,
            description=request.description,
            webhook_url=self.webhook_url,
            network_ref=request.network_ref or new_id("test_network"),
            created_at=stamp(self.now),
            changed_at=stamp(self.now),
        )
        answer = bank.answer_for(method, self.now, present=request.customer_present)
        bank.apply(charge, answer, self.now)
        if answer == Decline.AUTHENTICATION_REQUIRED or (
            request.customer_present
            and not isinstance(answer, Decline)
            and cards.by_code(charge.card).asks
        ):
            bank.ask_for_buyer(self.books, charge, request.return_url, self.page)
        return charge

    def _put_off(self, charge: ChargeRow) -> None:
        due = self.now + timedelta(minutes=self.weather.faults.delayed_minutes)
        self.books.add(
            Delayed(
                ref=charge.ref,
                account=self.account,
                charge=json.dumps(asdict(charge)),
                due_at=stamp(due),
            )
        )

    def _new_refund(self, request: RefundRequest, same: str) -> RefundRow:
        amount = request.amount
        charge = self.books.find(ChargeRow, account=self.account, ref=request.charge_ref)
        if charge is None or bank.settle(self.books, charge, self.now).state != "succeeded":
            raise RequestRejected(f"there is no settled charge {request.charge_ref}")
        left = charge.minor - charge.refunded - chargebacks.taken_back(self.books, charge)
        if amount.currency != charge.currency or not 0 < amount.minor <= left:
            raise RequestRejected(f"{left} {charge.currency} minor units are left to refund")
        refund = RefundRow(
            ref=new_id("test_refund"),
            account=self.account,
            key=request.key,
            request=same,
            charge=charge.ref,
            minor=amount.minor,
            currency=amount.currency,
            created_at=stamp(self.now),
        )
        if cards.by_code(charge.card).refunds:
            charge.refunded += amount.minor
            charge.changed_at = stamp(self.now)
            self.books.save(charge)
        else:
            refund.state, refund.decline = "declined", Decline.GENERIC.value
        self.books.add(refund)
        webhooks.queue(
            self.books,
            self.account,
            charge.webhook_url,
            EventKind.REFUND_CHANGED,
            refund.ref,
            self.now,
            key=refund.key,
        )
        return refund
