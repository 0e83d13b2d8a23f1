"""Which letters a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.letters.entrance import send_access_letter
from wainwright.letters.models import Letter

__all__ = ["letters_for", "send_access_letter"]


def letters_for(member: Member) -> QuerySet[Letter]:
    return narrowed(Letter.objects.all(), member)
