"""What the hub reads: requests and sessions, and all that starts from one customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from wainwright.accounts.models import Business
from wainwright.billing.models import Subscription
from wainwright.customers.finding import customer_by_email
from wainwright.customers.models import Customer
from wainwright.hub.models import AccessRequest, HubSession
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Method, Payment
from wainwright.sales.models import Order


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


def requests_before(moment: datetime) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(asked_at__lt=moment)


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


def session_by_token_hash(business: Business, token_hash: str) -> HubSession | None:
    rows = HubSession.objects.filter(business=business, token_hash=token_hash, ended_at=None)
    found: HubSession | None = rows.select_related("customer").first()
    return found


def open_sessions(
    customer: Customer, *, seen_since: datetime, started_since: datetime
) -> QuerySet[HubSession]:
    return HubSession.objects.filter(
        customer=customer,
        ended_at=None,
        seen_at__gt=seen_since,
        started_at__gt=started_since,
    )


def sessions_before(moment: datetime) -> QuerySet[HubSession]:
    return HubSession.objects.filter(started_at__lt=moment)


def subscriptions_of(customer: Customer) -> list[Subscription]:
    """All of them, newest first, with all that a page says of each."""
    rows = Subscription.objects.filter(customer=customer)
    related = rows.select_related("business", "product", "method", "open_bill")
    return list(related.order_by("-started_at", "-pk"))


def subscription_of(customer: Customer, public_id: str) -> Subscription | None:
    rows = Subscription.objects.filter(customer=customer, public_id=public_id)
    related = rows.select_related("business", "product", "method", "open_bill", "order")
    found: Subscription | None = related.first()
    return found


def methods_of(customer: Customer) -> list[Method]:
    rows = Method.objects.filter(customer=customer, gone_at=None)
    return list(rows.order_by("-created_at", "-pk"))


def last_declines(bill_ids: Collection[int | None]) -> dict[int | None, Payment]:
    """The last declined attempt of each bill."""
    rows = Payment.objects.filter(bill_id__in=bill_ids, state=Payment.DECLINED)
    return {payment.bill_id: payment for payment in rows.order_by("pk")}


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


def documents_of(customer: Customer) -> QuerySet[Document]:
    return Document.objects.filter(customer=customer)


def document_of(customer: Customer, public_id: str) -> Document | None:
    found: Document | None = documents_of(customer).filter(public_id=public_id).first()
    return found


def issued_in(documents: QuerySet[Document], year: int | None) -> QuerySet[Document]:
    """Newest first, with what each is for; of one year or of all."""
    rows = documents.filter(issued_on__year=year) if year else documents
    return rows.defer("content").order_by("-issued_at", "-pk").prefetch_related("order__lines")


def years_of(documents: QuerySet[Document]) -> list[int]:
    return [day.year for day in documents.dates("issued_on", "year", order="DESC")]
