"""Which letters a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.letters.models import Letter


def letters_for(member: Member) -> QuerySet[Letter]:
    return narrowed(Letter.objects.all(), member)
