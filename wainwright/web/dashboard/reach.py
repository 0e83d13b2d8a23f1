"""What one request may see: the member's rows, of the business he is looking at.

Every page of the dashboard starts here, and everything here starts from an area's access queries.
"""

from __future__ import annotations

from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from wainwright.accounts.access import businesses_of
from wainwright.accounts.models import Business, Member
from wainwright.billing.access import holds_for, subscriptions_for
from wainwright.billing.models import Hold, Subscription
from wainwright.catalog.access import prices_for, products_for
from wainwright.catalog.models import Price, Product
from wainwright.customers.access import customers_for
from wainwright.customers.models import Customer
from wainwright.hub.access import statements_for
from wainwright.hub.models import Statement
from wainwright.invoicing.access import documents_for
from wainwright.invoicing.models import Document
from wainwright.letters.access import letters_for
from wainwright.letters.models import Letter
from wainwright.payments.access import (
    bills_for,
    connections_for,
    differences_for,
    disputes_for,
    payments_for,
    refunds_for,
    restores_for,
)
from wainwright.payments.models import (
    Bill,
    Connection,
    Difference,
    Dispute,
    Payment,
    Refund,
    Restore,
)
from wainwright.sales.access import entries_for, orders_for
from wainwright.sales.models import Entry, Order


class Reach:
    """A member in one mode, perhaps looking at one of his businesses (`chosen`, a public id)."""

    def __init__(self, member: Member, mode: str, chosen: str) -> None:
        self.member = member
        self.mode = mode
        self._chosen = chosen

    @property
    def is_owner(self) -> bool:
        return self.member.role == Member.OWNER

    @cached_property
    def businesses(self) -> list[Business]:
        """All that he may reach, the account's own first."""
        return businesses_of(self.member)

    @cached_property
    def business(self) -> Business | None:
        """The one he looks at; None when he looks at several at once."""
        if len(self.businesses) == 1:
            return self.businesses[0]
        return next((each for each in self.businesses if each.public_id == self._chosen), None)

    @property
    def only_business(self) -> int | None:
        """The key of the one business whose rows are seen; None for an owner's whole account."""
        if self.business is not None:
            return self.business.pk
        if not self.is_owner:
            raise Http404
        return None

    @cached_property
    def whole(self) -> Reach:
        """All he may reach, whatever he looks at; where a single thing is found."""
        return Reach(self.member, self.mode, "")

    @property
    def main(self) -> Business:
        """The one he looks at, else the account's own: its zone is the page's."""
        return self.business or self.businesses[0]

    def stand_in(self, row: models.Model) -> None:
        """Days and times of the page are those of the row's business from here on."""
        timezone.activate(ZoneInfo(self.business_of(row).zone))

    def business_called(self, public_id: str) -> Business:
        for business in self.businesses:
            if business.public_id == public_id:
                return business
        raise Http404

    def business_of(self, row: models.Model) -> Business:
        """A row's business, from those already read."""
        return next(each for each in self.businesses if each.pk == row.business_id)  # type: ignore[attr-defined]

    def products(self) -> QuerySet[Product]:
        return self._seen(products_for(self.member))

    def prices(self) -> QuerySet[Price]:
        return self._seen(prices_for(self.member))

    def customers(self) -> QuerySet[Customer]:
        return self._seen(customers_for(self.member))

    def orders(self) -> QuerySet[Order]:
        return self._seen(orders_for(self.member))

    def entries(self) -> QuerySet[Entry]:
        return self._seen(entries_for(self.member))

    def subscriptions(self) -> QuerySet[Subscription]:
        return self._seen(subscriptions_for(self.member))

    def holds(self) -> QuerySet[Hold]:
        return self._seen(holds_for(self.member))

    def bills(self) -> QuerySet[Bill]:
        return self._seen(bills_for(self.member))

    def payments(self) -> QuerySet[Payment]:
        return self._seen(payments_for(self.member))

    def refunds(self) -> QuerySet[Refund]:
        return self._seen(refunds_for(self.member))

    def disputes(self) -> QuerySet[Dispute]:
        return self._seen(disputes_for(self.member))

    def connections(self) -> QuerySet[Connection]:
        return self._seen(connections_for(self.member))

    def differences(self) -> QuerySet[Difference]:
        return self._seen(differences_for(self.member))

    def restores(self) -> QuerySet[Restore]:
        return restores_for(self.member)

    def documents(self) -> QuerySet[Document]:
        return self._seen(documents_for(self.member))

    def letters(self) -> QuerySet[Letter]:
        return self._seen(letters_for(self.member))

    def statements(self) -> QuerySet[Statement]:
        return self._seen(statements_for(self.member))

    def _seen[Row: models.Model](self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.filter(business=self.business) if self.business else rows
