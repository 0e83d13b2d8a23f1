"""Staff's second factors: who has one, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet

from wainwright.accounts.models import User
from wainwright.core import vault
from wainwright.core.prepared import Slot, prepared


@prepared
def _factors(user: Slot, *, kinds: tuple[str, ...]) -> QuerySet[Authenticator, int]:
    return Authenticator.objects.filter(user=user, type__in=kinds).values_list("pk", flat=True)[:1]


def has_factor(user: User, kinds: Iterable[str]) -> bool:
    """Whether the person proves himself by something of these kinds besides the password."""
    return bool(_factors(user.pk, kinds=tuple(kinds)))


@transaction.atomic
def reseal(work: vault.Resealing) -> None:
    """Seals what authenticator apps and recovery codes rest on with the newest key."""
    for factor in Authenticator.objects.select_for_update(of=("self",)).order_by("pk"):
        owner = f"{factor.type} of user {factor.user_id}"
        before = dict(factor.data)
        for name in ("secret", "seed"):
            if name in before:
                factor.data[name] = work.reseal(before[name], owner)
        if "migrated_codes" in before:
            codes = before["migrated_codes"]
            factor.data["migrated_codes"] = [work.reseal(code, owner) for code in codes]
        if factor.data != before:
            factor.save(update_fields=["data"])
