"""What the hub reads: requests and sessions, and all that starts from one customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wainwright.accounts.models import Business
from wainwright.billing.models import Revocation, Subscription
from wainwright.core.prepared import Slot, Slots, prepared
from wainwright.customers.finding import customer_by_email
from wainwright.customers.models import Customer
from wainwright.hub.models import AccessRequest, HubSession
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill, Method, Payment
from wainwright.sales.models import Line, Order


def request_by_id(business: Business, public_id: str) -> AccessRequest | None:
    rows = AccessRequest.objects.filter(business=business, public_id=public_id)
    found: AccessRequest | None = rows.select_related("customer").first()
    return found


def request_by_token_hash(business: Business, token_hash: str) -> AccessRequest | None:
    rows = AccessRequest.objects.filter(business=business, token_hash=token_hash)
    found: AccessRequest | None = rows.select_related("customer").first()
    return found


def waiting_request(request_id: int) -> AccessRequest | None:
    rows = unused_request(request_id).filter(voided_at=None)
    found: AccessRequest | None = rows.select_related("business").first()
    return found


def unused_request(request_id: int) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(pk=request_id, used_at=None)


def unanswered(*, since: datetime, before: datetime, most: int = 50) -> list[int]:
    """Requests whose letter nobody sent, oldest first."""
    rows = AccessRequest.objects.filter(
        asked_at__gte=since, asked_at__lt=before, minted_at=None, voided_at=None, used_at=None
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


@prepared
def requests_before(moment: Slot) -> QuerySet[AccessRequest, int]:
    """Their keys."""
    return AccessRequest.objects.filter(asked_at__lt=moment).values_list("pk", flat=True)


def customer_behind(request: AccessRequest) -> Customer | None:
    """Whom the seller invited or whose address was typed, if of the scope's mode."""
    if request.customer_id is None:
        return customer_by_email(request.business_id, request.email)
    found: Customer | None = Customer.objects.filter(pk=request.customer_id).first()
    return found


def letter_is_out(request: AccessRequest) -> bool:
    return bool(Letter.objects.filter(cause=request.public_id, state=Letter.SENT).exists())


def older_letters(request: AccessRequest) -> QuerySet[AccessRequest]:
    """The customer's earlier requests that may still let somebody in."""
    rows = _of_same_address(request).filter(pk__lt=request.pk, used_at=None, voided_at=None)
    return rows.filter(customer=request.customer)


def newer_letter_is_out(request: AccessRequest) -> bool:
    rows = _of_same_address(request).filter(pk__gt=request.pk, minted_at__isnull=False)
    return bool(rows.filter(customer=request.customer).exists())


def _of_same_address(request: AccessRequest) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(business_id=request.business_id, email=request.email)


@prepared
def _session(business: Slot, token_hash: Slot) -> QuerySet[HubSession]:
    rows = HubSession.objects.filter(business=business, token_hash=token_hash, ended_at=None)
    return rows.select_related("customer")


def session_by_token_hash(business: Business, token_hash: str) -> HubSession | None:
    found = _session.first(business.pk, token_hash)
    if found is not None:
        found.customer.business = business
    return found


@prepared
def open_sessions(
    customer: Slot, seen_since: Slot, started_since: Slot
) -> QuerySet[HubSession, int]:
    """Their keys."""
    rows = HubSession.objects.filter(
        customer=customer,
        ended_at=None,
        seen_at__gt=seen_since,
        started_at__gt=started_since,
    )
    return rows.values_list("pk", flat=True)


@prepared
def sessions_before(moment: Slot) -> QuerySet[HubSession, int]:
    """Their keys."""
    return HubSession.objects.filter(started_at__lt=moment).values_list("pk", flat=True)


@prepared
def _subscriptions(customer: Slot) -> QuerySet[Subscription]:
    return Subscription.objects.filter(customer=customer).order_by("-started_at", "-pk")


def subscriptions_of(customer: Customer) -> list[Subscription]:
    """All of them, newest first."""
    found = _subscriptions(customer.pk)
    for subscription in found:
        subscription.customer, subscription.business = customer, customer.business
    return found


@prepared
def _subscription(customer: Slot, public_id: Slot) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(customer=customer, public_id=public_id)
    return rows.select_related("method", "open_bill", "order")


def subscription_of(customer: Customer, public_id: str) -> Subscription | None:
    found = _subscription.first(customer.pk, public_id)
    if found is not None:
        found.customer, found.business = customer, customer.business
    return found


@prepared
def methods_of(customer: Slot) -> QuerySet[Method]:
    rows = Method.objects.filter(customer=customer, gone_at=None)
    return rows.order_by("-created_at", "-pk")


@prepared
def bills_by_id(bills: Slots) -> QuerySet[Bill]:
    return Bill.objects.filter(pk__in=bills)


@prepared
def _declined(bills: Slots) -> QuerySet[Payment]:
    return Payment.objects.filter(bill_id__in=bills, state=Payment.DECLINED).order_by("pk")


def last_declines(bill_ids: Collection[int | None]) -> dict[int | None, Payment]:
    """The last declined attempt of each bill."""
    if not bill_ids:
        return {}
    return {payment.bill_id: payment for payment in _declined(bill_ids)}


@prepared
def _asked(bills: Slots) -> QuerySet[Payment]:
    rows = Payment.objects.filter(bill_id__in=bills, state=Payment.ACTION)
    return rows.filter(method__isnull=False)


def to_confirm(bill_ids: Collection[int | None]) -> set[int | None]:
    """The bills whose payment waits until the customer confirms it with his bank."""
    return {payment.bill_id for payment in _asked(bill_ids)} if bill_ids else set()


def replacement_of(subscription: Subscription, public_id: str) -> Payment | None:
    """The customer's own attempt to give this subscription another method."""
    rows = Payment.objects.filter(
        customer_id=subscription.customer_id,
        subject=subscription.public_id,
        purpose=Payment.METHOD,
        public_id=public_id,
    )
    found: Payment | None = rows.select_related("connection", "customer").first()
    return found


def orders_of(customer: Customer) -> QuerySet[Order]:
    return Order.objects.filter(customer=customer)


@prepared
def newest_orders(customer: Slot, *, most: int) -> QuerySet[Order]:
    """With what a list says of them."""
    return listed(Order.objects.filter(customer=customer))[:most]


def listed(orders: QuerySet[Order]) -> QuerySet[Order]:
    rows = orders.only("public_id", "order_ref", "placed_at", "currency", "gross", "bill_id")
    revoked = Exists(
        Revocation.objects.filter(order=OuterRef("pk"))
    )  # mostly none: asked in passing
    return rows.annotate(ever_revoked=revoked).order_by("-placed_at", "-pk")


@prepared
def lines_of_orders(orders: Slots) -> QuerySet[Line]:
    rows = Line.objects.filter(order__in=orders).order_by("order_id", "position")
    return rows.only("order_id", "name", "kind", "quantity")


@prepared
def papers_of_orders(orders: Slots) -> QuerySet[Document]:
    """Invoices of the purchases themselves and what corrects those; not those of renewals."""
    rows = Document.objects.filter(
        Q(bill_id=F("order__bill_id")) | Q(preceding__bill_id=F("order__bill_id")),
        order__in=orders,
    )
    return rows.only(*PAPER).order_by("pk")


PAPER = ("public_id", "kind", "number_text", "order_id", "issued_on", "currency", "gross")


def documents_of(customer: Customer) -> QuerySet[Document]:
    return Document.objects.filter(customer=customer)


def document_of(customer: Customer, public_id: str) -> Document | None:
    found: Document | None = documents_of(customer).filter(public_id=public_id).first()
    return found


@prepared
def newest_documents(customer: Slot, *, most: int) -> QuerySet[Document]:
    """With what a list says of them."""
    return listed_documents(Document.objects.filter(customer=customer))[:most]


def listed_documents(documents: QuerySet[Document]) -> QuerySet[Document]:
    return documents.only(*PAPER).order_by("-issued_at", "-pk")


def years_of(documents: QuerySet[Document]) -> list[int]:
    return [day.year for day in documents.dates("issued_on", "year", order="DESC")]
