"""Looking through issued documents."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from wainwright.invoicing.models import Document


def named(documents: QuerySet[Document], words: str) -> QuerySet[Document]:
    """Those with `words` in their number or in the buyer's name or e-mail."""
    if not words:
        return documents
    return documents.filter(
        Q(number_text__icontains=words)
        | Q(customer__name__icontains=words)
        | Q(customer__email__icontains=words)
    )
