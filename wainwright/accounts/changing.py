"""Changing how a business presents itself. Documents issued before keep what they said."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import audit, images, markup
from wainwright.core.actors import Actor
from wainwright.core.errors import Refused
from wainwright.core.files import keep
from wainwright.core.text import clean_line, clean_text

LINES = {
    "name": 200,
    "legal_name": 200,
    "street": 200,
    "postcode": 20,
    "city": 100,
    "region": 100,
    "country": 2,
    "tax_id": 40,
    "registration": 200,
    "zone": 64,
    "language": 8,
    "paper": 6,
    "website": 200,
    "support_email": 254,
    "support_url": 200,
    "support_note": 200,
    "privacy_url": 200,
    "accent": 7,
    "sender_email": 254,
}
NEEDED = ("name", "legal_name")


def change_business(business: Business, *, by: Actor, **fields: str) -> Business:
    """Other words, address or looks from now on. The hub's message is kept cleaned."""
    for name, value in fields.items():
        setattr(business, name, _checked(name, value))
    try:
        business.full_clean(exclude=["account", "slug", "host"], validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Refused(" ".join(messages), field=field, code="bad_value") from None
    with transaction.atomic():
        business.save()
        _note(business, "business.changed", by, fields=sorted(fields))
    return business


def set_logo(business: Business, data: bytes, *, by: Actor) -> Business:
    """Draws the picture anew and shows it from now on, in place of the one before."""
    drawn = images.clean_logo(data)
    name = f"logos/{business.public_id}-{secrets.token_hex(8)}.png"
    keep(settings.UPLOADS_FOLDER / name, drawn)
    return _show_logo(business, name, "business.logo_set", by)


def remove_logo(business: Business, *, by: Actor) -> Business:
    return _show_logo(business, "", "business.logo_removed", by)


def _show_logo(business: Business, name: str, action: str, by: Actor) -> Business:
    before = business.logo
    with transaction.atomic():
        business.logo = name
        business.save(update_fields=["logo"])
        _note(business, action, by)
    if before:
        (settings.UPLOADS_FOLDER / before).unlink(missing_ok=True)
    return business


def _checked(name: str, value: str) -> str:
    if name == "hub_message":
        return markup.clean(clean_text(value, field=name))
    if name not in LINES:
        raise TypeError(f"a business has no changeable field {name}")
    line = clean_line(value, field=name, most=LINES[name], least=1 if name in NEEDED else 0)
    if name == "language" and line not in dict(settings.LANGUAGES):
        raise Refused(_("Please choose one of the given languages."), field=name)
    return line


def _note(business: Business, action: str, by: Actor, **detail: Any) -> None:
    audit.note(action, business.public_id, by=by, business_id=business.pk, **detail)
