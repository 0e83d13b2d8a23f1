"""Finding out whose a thing is, before a scope exists."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from wainwright.accounts.models import Account, Business, Member, User
from wainwright.core.prepared import Slot, prepared


@prepared
def _by_slug(slug: Slot) -> QuerySet[Business]:
    return Business.everywhere.filter(slug=slug)


@prepared
def _by_host(host: Slot) -> QuerySet[Business]:
    return Business.everywhere.filter(host=host)


@prepared
def _first_own() -> QuerySet[Business]:
    return Business.everywhere.filter(is_own=True).order_by("account_id")[:1]


@prepared
def _places_of(user: Slot) -> QuerySet[Member]:
    return Member.everywhere.filter(user=user).select_related("account", "business")


@prepared
def _user(user: Slot) -> QuerySet[User]:
    return User.objects.filter(pk=user)


def user_by_id(user_id: int) -> User | None:
    return _user.first(user_id)


def business_by_slug(slug: str) -> Business | None:
    return _by_slug.first(slug)


def business_by_host(host: str) -> Business | None:
    """By its own host, or by <slug>.localhost on a machine that answers on loopback."""
    found = _by_host.first(host)
    if found is None and settings.ON_LOOPBACK and host.endswith(".localhost"):
        return business_by_slug(host.removesuffix(".localhost"))
    return found


def main_business() -> Business | None:
    """The own business of the install's first account: what the main host shows."""
    return _first_own.first()


def businesses() -> list[Business]:
    return list(Business.everywhere.select_related("account").order_by("account_id", "id"))


@prepared
def accounts() -> QuerySet[Account]:
    return Account.objects.order_by("id")


def memberships(user: User) -> list[Member]:
    """Every place of this person, owners first."""
    return sorted(_places_of(user.pk), key=lambda member: (member.role != Member.OWNER, member.pk))


def origin(business: Business) -> str:
    """Scheme, host and port of the business's pages: from what is stored, never from a request."""
    if business.host:
        return f"{urlsplit(settings.URL).scheme}://{business.host}"
    return settings.URL


def prefix(business: Business) -> str:
    """What its paths begin with: nothing on a host of its own, else /b/<slug>."""
    return "" if business.host else f"/b/{business.slug}"
