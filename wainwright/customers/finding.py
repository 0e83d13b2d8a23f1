"""Finding a buyer by e-mail, and what may be learnt about him from a checkout."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.prepared import Slot, prepared
from wainwright.core.text import address_lines
from wainwright.customers.models import Customer

ADDRESS = ("street", "postcode", "city", "region", "country")


@dataclass(frozen=True, slots=True)
class Contact:
    """What a buyer told about himself."""

    email: str
    name: str = ""
    company: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    tax_id: str = ""

    @property
    def address_lines(self) -> list[str]:
        return address_lines(self)


def email_key(email: str) -> str:
    """By what an address is looked up: nobody is locked out by a capital letter."""
    return email.strip().lower()


def customer_by_email(business_id: int, email: str) -> Customer | None:
    """The customer of the business with this address, in the scope's mode."""
    return _by_email.first(business_id, email_key(email))


@prepared
def _by_email(business: Slot, key: Slot) -> QuerySet[Customer]:
    return Customer.objects.filter(business=business, email_key=key)


def find_or_create(
    business_id: int, contact: Contact, *, language: str = "en", zone: str = ""
) -> Customer:
    """The buyer with this address, made if new. Of one who is known only blanks are filled."""
    customer = customer_by_email(business_id, contact.email)
    if customer is None:
        try:
            with transaction.atomic():
                return Customer.objects.create(
                    public_id=new_id("cus"),
                    business_id=business_id,
                    email_key=email_key(contact.email),
                    language=language,
                    zone=zone,
                    created_at=clock.now(),
                    **asdict(contact),
                )
        except IntegrityError:
            customer = customer_by_email(business_id, contact.email)
            assert customer is not None
    _fill_blanks(customer, contact)
    return customer


def _fill_blanks(customer: Customer, contact: Contact) -> None:
    """Whoever types an e-mail has not proved that it is his: what is known stays as it is.

    An address is taken as a whole or not at all, so that no two are mixed.
    """
    told = {name: value for name, value in asdict(contact).items() if value}
    if any(getattr(customer, name) for name in ADDRESS):
        told = {name: value for name, value in told.items() if name not in ADDRESS}
    news = {name: value for name, value in told.items() if not getattr(customer, name)}
    if news:
        for name, value in news.items():
            setattr(customer, name, value)
        customer.save(update_fields=list(news))
