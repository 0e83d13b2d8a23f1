"""What must always hold, evaluated over the database: the table of invariants.

Each check looks at the rows of one account, in both modes, and names every row that breaks its
promise. New promises are added as lines of ALL.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wainwright.accounts import directory
from wainwright.core import tenancy
from wainwright.reports.invariants import (
    access,
    bills,
    documents,
    gateway,
    kept,
    ledger,
    notices,
    refunds,
    subscriptions,
    trail,
    walls,
)
from wainwright.reports.invariants.found import Check, Found, Read, after


@dataclass(frozen=True)
class Invariant:
    id: str
    promise: Promise
    checks: tuple[Check, ...]


@dataclass
class Verdict:
    """What was found of one invariant over all accounts."""

    invariant: Invariant
    checked: int = 0
    broken: list[str] = field(default_factory=list)


ALL = (
    Invariant(
        "I1",
        _("no period is billed twice, and no bill takes more than its sum"),
        (
            bills.periods_billed_once,
            bills.bills_within_their_sum,
            bills.paid_bills_are_covered,
            bills.instalments_add_up,
        ),
    ),
    Invariant(
        "I2",
        _("each payment is one charge at the gateway, and back"),
        (gateway.payments_name_their_charge, gateway.test_gateway_agrees),
    ),
    Invariant(
        "I3",
        _("no attempt begins while another for the same bill is open"),
        (bills.one_attempt_at_a_time,),
    ),
    Invariant(
        "I4",
        _("the ledger is the payments, and is the documents"),
        (
            ledger.payments_are_booked,
            ledger.refunds_are_booked,
            ledger.disputes_are_booked,
            ledger.entries_have_their_cause,
            ledger.ledger_is_the_payments,
            ledger.ledger_is_the_documents,
            ledger.imported_orders_are_booked,
            ledger.orders_are_their_lines,
        ),
    ),
    Invariant("I5", _("periods follow each other without gap"), (subscriptions.periods_tile,)),
    Invariant(
        "I6",
        _("no charge begins after a cancellation"),
        (subscriptions.nothing_charged_after_the_end,),
    ),
    Invariant(
        "I7",
        _("no more is given back than was paid, and its tax with it"),
        (
            refunds.refunds_within_payments,
            refunds.returns_within_lines,
            refunds.credit_notes_within_invoices,
        ),
    ),
    Invariant(
        "I8",
        _("numbers have no gap, days only rise, documents stay as they were"),
        (documents.numbers_gapless, documents.days_rise, documents.content_unchanged),
    ),
    Invariant(
        "I9",
        _("each change has its trail, and each the buyer sees one letter"),
        (trail.changes_are_noted, trail.events_have_one_letter),
    ),
    Invariant(
        "I10",
        _("no row points to another account or business"),
        (walls.references_stay_inside,),
    ),
    Invariant(
        "I11",
        _("whoever paid has access, and nobody whose money went back"),
        (access.access_was_paid_for, access.access_ends_with_its_money),
    ),
    Invariant("I12", _("nothing that is due is late"), (subscriptions.nothing_late,)),
    Invariant("I13", _("what was paid is there"), (kept.paid_is_placed, kept.paid_is_invoiced)),
    Invariant(
        "I14",
        _("each charge is told of before, as the law wants it"),
        (notices.charges_are_told_of, notices.raised_prices_are_told_of),
    ),
    Invariant("mode", _("test and live rows do not mix"), (walls.modes_stay_apart,)),
    Invariant("trail", _("the sealed trail is unbroken"), (trail.chain_unbroken,)),
)


def evaluate(read: Read | None = None) -> list[Verdict]:
    """Every invariant over every account; what is frozen and was `read` is not read again."""
    with after(read or Read()):
        return _evaluated()


def _evaluated() -> list[Verdict]:
    verdicts = [Verdict(invariant) for invariant in ALL]
    for account in directory.accounts():
        with tenancy.scope(account.pk, tenancy.LIVE):
            for verdict in verdicts:
                for check in verdict.invariant.checks:
                    found = _look(check)
                    verdict.checked += found.checked
                    verdict.broken += found.broken
    return verdicts


def _look(check: Check) -> Found:
    """Looks again at what seems broken: work under way may have been seen half done."""
    found = check()
    if not found.broken:
        return found
    again = set(check().broken)
    return Found(found.checked, [broken for broken in found.broken if broken in again])
