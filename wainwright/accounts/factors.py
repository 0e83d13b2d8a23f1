"""What staff's second factors rest on, at rest."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from wainwright.core import vault


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
