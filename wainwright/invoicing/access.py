"""Which documents a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.invoicing.models import Document


def documents_for(member: Member) -> QuerySet[Document]:
    return narrowed(Document.objects.all(), member)
