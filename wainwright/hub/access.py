"""Which declared cancellations and withdrawals a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.hub.models import Statement


def statements_for(member: Member) -> QuerySet[Statement]:
    return narrowed(Statement.objects.all(), member)
