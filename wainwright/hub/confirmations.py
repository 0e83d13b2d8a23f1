"""The two letters that follow a statement: to whoever made it, and to the seller."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import translation

from wainwright.accounts.models import Business, Member
from wainwright.core import limits
from wainwright.core.models import EventRow
from wainwright.hub.events import StatementReceived
from wainwright.hub.models import Statement
from wainwright.hub.statements import as_text, declaration, file_name, received_words
from wainwright.letters.rendering import spoken
from wainwright.letters.writing import write

HOUR = 3600
# So many letters an hour go out at once; more wait, so that nobody's mailbox can be flooded.
TO_ONE_ADDRESS, TO_ONE_SELLER, OF_ONE_BUSINESS = 5, 60, 500


def confirm_statement(event: StatementReceived, row: EventRow) -> None:
    """What was declared and when it was received, in the language it was declared in."""
    statement = _statement(event)
    business = statement.business
    write(
        kind="statement_received",
        cause=row.public_id,
        recipient=statement.email,
        customer=None,
        business=business,
        language=statement.language,
        zone=business.zone,
        context=_context(statement, statement.language),
        attachments=[{"name": file_name(statement), "text": as_text(statement)}],
        after=max(
            _pause(f"to|{statement.email.lower()}", TO_ONE_ADDRESS),
            _pause(f"of|{business.pk}", OF_ONE_BUSINESS),
        ),
    )


def alert_seller(event: StatementReceived, row: EventRow) -> None:
    statement = _statement(event)
    business = statement.business
    recipient = business.support_email or _owner_email(business)
    if not recipient:
        return
    write(
        kind="statement_alert",
        cause=row.public_id,
        recipient=recipient,
        customer=None,
        business=business,
        language=business.language,
        zone=business.zone,
        context=_context(statement, business.language),
        after=_pause(f"seller|{business.pk}", TO_ONE_SELLER),
    )


def _statement(event: StatementReceived) -> Statement:
    found: Statement = Statement.objects.select_related("business").get(pk=event.statement_id)
    return found


def _context(statement: Statement, language: str) -> dict[str, Any]:
    with translation.override(spoken(language)):
        rows = declaration(statement)
    return {"statement": statement, "declaration": rows} | received_words(statement)


def _owner_email(business: Business) -> str:
    owners = Member.objects.filter(role=Member.OWNER).order_by("pk")
    return owners.values_list("user__email", flat=True).first() or ""


def _pause(key: str, most: int) -> timedelta:
    used = limits.count(f"statement|{key}", seconds=HOUR)
    return timedelta(seconds=HOUR * ((used - 1) // most))
