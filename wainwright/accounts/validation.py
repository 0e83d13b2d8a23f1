"""What may be a slug, a zone, a country."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Words the root of every host keeps for itself.
RESERVED = frozenset(
    "updateinfo hub checkout cancel withdraw privacy imprint connect partners b dashboard accounts "
    "api hooks files static health testgateway www _mail".split()
)

SLUG = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])\Z",
    _("Use 3 to 40 small letters, digits and hyphens, without a hyphen at either end."),
)


def validate_slug(value: str) -> None:
    SLUG(value)
    if value in RESERVED:
        raise ValidationError(_("This address is kept for the system. Please choose another."))


@cache
def known_zones() -> frozenset[str]:
    """Read from the disk once: finding them takes a tenth of a second."""
    return frozenset(available_timezones())


def validate_zone(value: str) -> None:
    if value not in known_zones():
        raise ValidationError(_("That time zone is not known. Use one such as Europe/Berlin."))
