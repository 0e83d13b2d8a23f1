"""The trail of who did what, written in the transaction that did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from wainwright.core import clock
from wainwright.core.actors import Actor
from wainwright.core.models import AuditRow
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH

_AT_ONCE = 2000

# One statement: a process that is frozen between many would hold their locks, and PostgreSQL ends
# no transaction that waits for the rest of a batch.
_SEAL = """
    WITH sealed (position, digest, id) AS (VALUES {})
    UPDATE core_auditrow SET position = sealed.position, digest = sealed.digest
    FROM sealed WHERE core_auditrow.id = sealed.id
"""


def note(
    action: str, subject: str, *, by: Actor, business_id: int | None = None, **detail: Any
) -> None:
    """Appends one row. `action` reads like "subscription.cancelled", `subject` is a public id."""
    line(action, subject, by=by, business_id=business_id, **detail).save()


def note_all(lines: Iterable[AuditRow]) -> None:
    """Appends rows that `line` made, in their order."""
    AuditRow.objects.bulk_create(lines)


def line(
    action: str, subject: str, *, by: Actor, business_id: int | None = None, **detail: Any
) -> AuditRow:
    """What `note` appends, not written yet."""
    return AuditRow(
        at=clock.wall(),
        business_id=business_id,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:254],
        action=action,
        subject=subject,
        detail=detail,
    )


@prepared
def _last_sealed(account: Slot, *, lock: bool) -> QuerySet[AuditRow]:
    """Under a lock, two sealers of one account follow each other."""
    rows = AuditRow.everywhere.filter(account=account, position__isnull=False)
    return (rows.select_for_update() if lock else rows).order_by("-position")[:1]


@prepared
def _unsealed(account: Slot, *, limit: int) -> QuerySet[AuditRow]:
    return AuditRow.everywhere.filter(account=account, position=None).order_by("id")[:limit]


def seal(limit: int = 5 * BATCH) -> int:
    """Chains the account's unsealed rows of both modes, oldest first; returns how many."""
    from wainwright.core.tenancy import current

    account_id = current().account_id
    with transaction.atomic():
        last = _last_sealed.first(account_id, lock=True)
        position, digest = (last.position or 0, last.digest) if last else (0, "")
        rows = _unsealed(account_id, limit=limit)
        sealed: list[int | str] = []
        for row in rows:
            position += 1
            digest = row_digest(row, digest)
            sealed += [position, digest, row.pk]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_SEAL.format(", ".join(["(%s, %s, %s)"] * len(rows))), sealed)
    return len(rows)


def row_digest(row: AuditRow, before: str) -> str:
    """SHA-256 over the digest before and every column of the row, as canonical JSON."""
    content = [
        before,
        row.at.isoformat(),
        row.mode,
        row.business_id,
        row.actor_kind,
        row.actor_id,
        row.actor_label,
        row.action,
        row.subject,
        row.detail,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def last_sealed(account_id: int) -> AuditRow | None:
    return _last_sealed.first(account_id, lock=False)


def broken_link(account_id: int, after: AuditRow | None = None) -> AuditRow | None:
    """The first sealed row whose content or place no longer fits the chain; None if all fit.

    What is sealed up to `after` is known to fit, and is not read again.
    """
    place, digest = (after.position or 0, after.digest) if after else (0, "")
    for row in _chain(account_id, place):
        place, digest = place + 1, row_digest(row, digest)
        if row.position != place or row.digest != digest:
            return row
    return None


def _chain(account_id: int, position: int) -> Iterator[AuditRow]:
    while rows := _sealed_after(account_id, position, limit=_AT_ONCE):
        yield from rows
        position = rows[-1].position or 0


@prepared
def _sealed_after(account: Slot, position: Slot, *, limit: int) -> QuerySet[AuditRow]:
    rows = AuditRow.everywhere.filter(account=account, position__gt=position)
    return rows.order_by("position")[:limit]
