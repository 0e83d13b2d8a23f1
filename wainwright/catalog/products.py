"""Making and changing products."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.catalog.models import Product
from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.errors import Conflict, Refused
from wainwright.core.ids import new_id
from wainwright.core.money import CURRENCIES
from wainwright.core.tenancy import LIVE, TEST
from wainwright.core.text import clean_line, clean_text, slug_of


def create_product(
    *,
    business: Business,
    by: Actor,
    name: str,
    currency: str,
    mode: str = TEST,
    slug: str = "",
    **fields: Any,
) -> Product:
    """A product without prices yet; it can be bought once it has one."""
    if currency not in CURRENCIES:
        raise Refused(
            _("“%(code)s” is not a currency we know. Use a code such as EUR or USD.")
            % {"code": currency[:10]},
            field="currency",
            code="unknown_currency",
        )
    public_id = new_id("prd")
    product = Product(
        public_id=public_id,
        business=business,
        mode=mode,
        name=clean_line(name, field="name", least=1),
        currency=currency,
        slug=slug or slug_of(name, otherwise=public_id[4:14]),
        created_at=clock.wall(),
    )
    _apply(product, fields)
    _save(product, "product.created", by)
    return product


def change_product(product: Product, *, by: Actor, **fields: Any) -> Product:
    """New words, address or settings. The currency stays: prices and sales stand in it."""
    _apply(product, fields)
    _save(product, "product.changed", by)
    return product


def switch_mode(product: Product, mode: str, *, by: Actor) -> Product:
    """From test to live or back. What was sold before stays where it was sold."""
    if mode not in (TEST, LIVE):
        raise Refused(_("A product is in test or in live mode."), field="mode")
    product.mode = mode
    _save(product, "product.mode_switched", by)
    return product


def archive_product(product: Product, *, by: Actor) -> Product:
    """No longer for sale; subscriptions to it run on."""
    product.archived_at = product.archived_at or clock.wall()
    _save(product, "product.archived", by)
    return product


def restore_product(product: Product, *, by: Actor) -> Product:
    """For sale again, with the prices it had."""
    product.archived_at = None
    _save(product, "product.restored", by)
    return product


_LINES = {"name": 200, "label": 200, "access_url": 500}
_CHOICES = {"kind": dict(Product.KINDS), "receipt": dict(Product.RECEIPTS)}


def _apply(product: Product, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name in _LINES:
            least = 1 if name == "name" else 0
            value = clean_line(value, field=name, most=_LINES[name], least=least)
        elif name == "description":
            value = clean_text(value, field=name)
        elif name == "slug":
            value = slug_of(value, otherwise=product.slug)
        elif name in _CHOICES and value not in _CHOICES[name]:
            raise Refused(_("Please choose one of the given answers."), field=name)
        elif name not in (*_CHOICES, "asks_address"):
            raise TypeError(f"a product has no changeable field {name}")
        setattr(product, name, value)


def _save(product: Product, action: str, by: Actor) -> None:
    try:
        with transaction.atomic():
            product.save()
            audit.note(action, product.public_id, by=by, business_id=product.business_id)
    except IntegrityError:
        raise Conflict(
            _("Another product has the address “%(slug)s” already.") % {"slug": product.slug},
            field="slug",
            code="slug_taken",
        ) from None
