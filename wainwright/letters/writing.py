"""Writing a letter: rendered once, kept, and queued in the transaction that made it due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wainwright.accounts.models import Business
from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.prepared import Slot, prepared
from wainwright.customers.models import Customer
from wainwright.letters import sending
from wainwright.letters.models import Letter
from wainwright.letters.rendering import Words, one_line, render, spoken

Attachment = dict[str, str]


def write(
    *,
    kind: str,
    cause: str,
    recipient: str,
    customer: Customer | None,
    business: Business,
    language: str,
    context: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    zone: str = "",
    after: timedelta = timedelta(0),
    template: str = "",
) -> Letter:
    """The letter of this kind to this address about this cause, written only once.

    `cause` is the public id of the event or request behind it. An attachment is {"document": its
    public id} or {"name": ..., "text": ...}. Dates fall in `zone`, else in the customer's, else in
    the business's. It is sent no sooner than `after` from now. Its templates are those of its kind,
    unless several share one `template`.
    """
    key = {"cause": cause, "recipient": one_line(recipient)[:254], "kind": kind}
    known: Letter | None = _written.first(cause, key["recipient"], kind)
    if known is not None:
        return known
    zone = zone or (customer.zone if customer else "") or business.zone
    words = render(
        template or kind, business=business, language=language, zone=zone, context=context
    )
    columns = key | kept(words, business, customer, language)
    columns |= {"attachments": list(attachments), "due_at": clock.wall() + after}
    try:
        with transaction.atomic():
            letter: Letter = Letter.objects.create(**columns)
            if not after:
                sending.send.enqueue(letter.account_id, letter.mode, letter.pk)
    except IntegrityError:  # somebody else wrote it meanwhile
        return Letter.objects.get(**key)
    return letter


@prepared
def _written(cause: Slot, recipient: Slot, kind: Slot) -> QuerySet[Letter]:
    return Letter.objects.filter(cause=cause, recipient=recipient, kind=kind)


def kept(
    words: Words, business: Business, customer: Customer | None, language: str
) -> dict[str, Any]:
    """The columns of a new letter that hold its words."""
    return {
        "public_id": new_id("ltr"),
        "business": business,
        "customer": customer,
        "language": spoken(language),
        "subject": words.subject,
        "text": words.text,
        "html": words.html,
        "created_at": clock.now(),
        "due_at": clock.wall(),
    }
