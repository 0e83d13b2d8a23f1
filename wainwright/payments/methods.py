"""Saved ways to pay."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.prepared import Slot, prepared
from wainwright.customers.models import Customer
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Method, Payment


def remembered(outcome: gateways.Outcome, info: gateways.MethodInfo | None) -> dict[str, Any]:
    """What a payment keeps of the method that was used, until there is a customer to own it."""
    if outcome.method is None:
        return {}
    return {
        "token": outcome.method.token,
        "customer_ref": outcome.method.customer_ref,
        "network_ref": outcome.network_ref or "",
        "kind": info.kind if info else "other",
        "brand": info.brand if info else "",
        "last4": info.last4 if info else "",
        "exp_month": info.expiry_month if info else None,
        "exp_year": info.expiry_year if info else None,
        "reusable": info.reusable if info else True,
    }


@prepared
def _by_token(connection: Slot, token: Slot) -> QuerySet[Method]:
    return Method.objects.filter(connection=connection, gateway_ref=token)


def save_from(payment: Payment, customer: Customer) -> Method | None:
    """The method a payment brought, now the customer's; the same token again changes nothing.

    Call inside a transaction.
    """
    kept = payment.raw.get("method") or {}
    saves = payment.intent != gateways.Intent.PAY
    if not kept or not saves or not kept.get("reusable", True):
        return None
    method = _by_token.first(payment.connection_id, kept["token"])
    if method is None:
        method = Method.objects.create(
            public_id=new_id("mth"),
            business_id=payment.business_id,
            customer=customer,
            connection_id=payment.connection_id,
            gateway_ref=kept["token"],
            customer_ref=kept["customer_ref"],
            kind=kept["kind"],
            brand=kept["brand"],
            last4=kept["last4"],
            exp_month=kept["exp_month"],
            exp_year=kept["exp_year"],
            network_ref=kept["network_ref"],
            consent=payment.raw.get("consent") or {},
            created_at=clock.now(),
        )
    known = str(payment.connection_id)
    if customer.gateway_refs.get(known) != kept["customer_ref"]:
        customer.gateway_refs = {**customer.gateway_refs, known: kept["customer_ref"]}
        customer.save(update_fields=["gateway_refs"])
    return method
