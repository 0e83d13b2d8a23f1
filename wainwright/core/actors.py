"""Who did it: every change names its actor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is user, customer, system, gateway or visitor; lists and letters show `label`."""

    kind: str
    label: str
    id: int | None = None


SYSTEM = Actor("system", "Wainwright")
GATEWAY = Actor("gateway", "payment gateway")
VISITOR = Actor("visitor", "visitor")


def user(row_id: int, email: str) -> Actor:
    return Actor("user", email, row_id)


def customer(row_id: int, email: str) -> Actor:
    return Actor("customer", email, row_id)
