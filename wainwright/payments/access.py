"""Which bills and movements of money a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.payments.models import (
    Bill,
    Connection,
    Difference,
    Dispute,
    Payment,
    Refund,
    Restore,
)


def bills_for(member: Member) -> QuerySet[Bill]:
    return narrowed(Bill.objects.all(), member)


def payments_for(member: Member) -> QuerySet[Payment]:
    return narrowed(Payment.objects.all(), member)


def refunds_for(member: Member) -> QuerySet[Refund]:
    return narrowed(Refund.objects.all(), member)


def disputes_for(member: Member) -> QuerySet[Dispute]:
    return narrowed(Dispute.objects.all(), member)


def connections_for(member: Member) -> QuerySet[Connection]:
    return narrowed(Connection.objects.all(), member)


def differences_for(member: Member) -> QuerySet[Difference]:
    return narrowed(Difference.objects.all(), member)


def restores_for(member: Member) -> QuerySet[Restore]:
    """The account's, for its owner; others see none."""
    rows: QuerySet[Restore] = Restore.objects.all()
    return rows if member.role == Member.OWNER else rows.none()
