"""Cancellations and withdrawals declared on the public pages.

Whoever declares one is heard: nothing is looked up, so nobody learns who is a customer. The seller
finds the contract and carries the statement out.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import audit, clock, events
from wainwright.core.actors import VISITOR, Actor
from wainwright.core.ids import new_id
from wainwright.hub.events import StatementReceived
from wainwright.hub.models import Statement
from wainwright.letters.rendering import render_text


def receive(
    *,
    business: Business,
    kind: str,
    name: str,
    email: str,
    contract: str,
    language: str,
    form_key: str,
    extraordinary: bool = False,
    reason: str = "",
    wished_end: str = "",
) -> Statement:
    """Keeps what was declared, as it was declared. The same form posted twice is one statement."""
    with transaction.atomic():
        statement, new = Statement.objects.get_or_create(
            business=business,
            form_key=form_key,
            defaults={
                "public_id": new_id("stm"),
                "kind": kind,
                "name": name,
                "email": email,
                "contract": contract,
                "extraordinary": extraordinary,
                "reason": reason,
                "wished_end": wished_end,
                "language": language,
                "received_at": clock.wall(),
            },
        )
        if new:
            audit.note(
                "statement.received",
                statement.public_id,
                by=VISITOR,
                business_id=business.pk,
                kind=kind,
            )
            events.announce(StatementReceived(business_id=business.pk, statement_id=statement.pk))
    return statement


def mark_handled(statement: Statement, *, by: Actor, note: str = "") -> Statement:
    """The seller has carried it out. Done once; a second time changes nothing."""
    with transaction.atomic():
        locked = Statement.locked(statement.pk)
        if locked.handled_at is None:
            locked.handled_at = clock.wall()
            locked.handled_by, locked.handled_note = by.label[:254], note
            locked.save(update_fields=["handled_at", "handled_by", "handled_note"])
            audit.note("statement.handled", locked.public_id, by=by, business_id=locked.business_id)
    return locked


def reopen(statement: Statement, *, by: Actor) -> Statement:
    """It was not carried out after all. The trail keeps that it once was marked so."""
    with transaction.atomic():
        locked = Statement.locked(statement.pk)
        if locked.handled_at is not None:
            locked.handled_at = None
            locked.handled_by = locked.handled_note = ""
            locked.save(update_fields=["handled_at", "handled_by", "handled_note"])
            audit.note(
                "statement.reopened", locked.public_id, by=by, business_id=locked.business_id
            )
    return locked


def find(business: Business, kind: str, public_id: str) -> Statement | None:
    """The statement of this address, to be shown to whoever was given it."""
    rows = Statement.objects.filter(business=business, kind=kind, public_id=public_id)
    found: Statement | None = rows.first()
    return found


def declaration(statement: Statement) -> list[tuple[str, str]]:
    """What was declared, as labels and values in the active language; without the time."""
    cancels = statement.kind == Statement.CANCEL
    rows = [
        (_("Declared to"), statement.business.legal_name or statement.business.name),
        (_("Statement"), _what(statement)),
        (_("Reason"), statement.reason),
        (_("Name"), statement.name),
        (_("Contract"), statement.contract),
        (_("To end on"), cancels and (statement.wished_end or _("the earliest possible day"))),
        (_("E-mail address"), statement.email),
        (_("Reference"), statement.public_id),
    ]
    return [(label, value) for label, value in rows if value]


def _what(statement: Statement) -> str:
    if statement.kind == Statement.WITHDRAW:
        return _("I withdraw from the contract named here.")
    if statement.extraordinary:
        return _("I cancel the contract named here for good cause (extraordinary cancellation).")
    return _("I cancel the contract named here (ordinary cancellation).")


def received_words(statement: Statement) -> dict[str, str]:
    """The moment it was received, for machines and with the zone it is told in."""
    zone = statement.business.zone
    local = statement.received_at.astimezone(ZoneInfo(zone))
    return {"received_iso": local.isoformat(timespec="seconds"), "zone": zone}


def as_text(statement: Statement) -> str:
    """The whole declaration with its date and time, to be kept as a file."""
    language = statement.language
    with translation.override(language):
        rows = declaration(statement)
    return render_text(
        "letters/declaration.txt",
        language=language,
        zone=statement.business.zone,
        context={"statement": statement, "declaration": rows} | received_words(statement),
    )


def file_name(statement: Statement) -> str:
    """Such as cancellation-2026-11-22.txt"""
    day = received_words(statement)["received_iso"][:10]
    act = "cancellation" if statement.kind == Statement.CANCEL else "withdrawal"
    return f"{act}-{day}.txt"
