"""One order: what was bought, every payment for it, its documents, and money back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from wainwright.billing.revoking import revoked_of
from wainwright.core.money import Money
from wainwright.payments.models import Payment, Refund
from wainwright.payments.queries import left_to_refund, rebills_of
from wainwright.sales.models import Order
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed

ROOM = "transactions"


@require_safe
@staff_page
def page(request: StaffRequest, order_id: str) -> HttpResponse:
    order = order_of(request, order_id)
    rebills = rebills_of(order.pk, order.customer_id)
    payments = list(
        request.reach.whole.payments()
        .filter(bill__in=[order.bill_id, *rebills])
        .exclude(state=Payment.ABANDONED)
        .select_related("method", "bill")
        .order_by("-started_at", "-pk")
    )
    refunds: dict[int, list[Refund]] = {}
    for refund in request.reach.whole.refunds().filter(payment__in=payments).order_by("pk"):
        refunds.setdefault(refund.payment_id, []).append(refund)
    documents = request.reach.whole.documents().filter(order=order).defer("content")
    return framed(
        request,
        "order.html",
        {
            "order": order,
            "lines": order.lines.order_by("position"),
            "payments": payments,
            "refunds": refunds,
            "left": left_to_refund(payments),
            "disputes": request.reach.whole.disputes()
            .filter(payment__in=payments)
            .order_by("-opened_at", "-pk"),
            "revoked": revoked_of([order.pk]),
            "documents": documents.order_by("-issued_at", "-pk"),
            "subscriptions": request.reach.whole.subscriptions().filter(order=order).order_by("pk"),
            "state_of": words.state_of,
            "net": Money(order.net, order.currency),
            "tax": Money(order.tax, order.currency),
            "line_sum": lambda line: Money(line.gross, line.currency),
        },
        room=ROOM,
    )


def order_of(request: StaffRequest, order_id: str) -> Order:
    rows = request.reach.whole.orders().select_related("customer", "business", "bill")
    order = get_object_or_404(rows, public_id=order_id)
    request.reach.stand_in(order)
    return order
