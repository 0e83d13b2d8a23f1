"""Deleting everything an account did in test mode, derived from the models."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from wainwright.core import tenancy, walls
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import Tenant


def delete_test_rows(*, keep: Collection[type[Tenant]] = ()) -> int:
    """Deletes the scope's test rows but those of `keep` and the trail; returns how many.

    What has no mode of its own but points at a deleted row goes with it.
    """
    if tenancy.current().mode != tenancy.TEST:
        raise ValueError("only test rows may be deleted")
    gone = [model for model in walls.tenant_models() if model.moded]
    gone = [model for model in gone if model is not AuditRow and model not in keep]
    count = 0
    with transaction.atomic():
        for model in walls.tenant_models():
            for field in walls.references(model):
                if not model.moded and field.related_model in gone:
                    pointing = model.objects.filter(**{f"{field.name}__mode": tenancy.TEST})
                    count += pointing.delete()[0]
        for model in gone:
            # Keys are checked at commit, so the order is free; the ORM's own delete would load
            # every row to follow its references one by one.
            count += model.objects.all()._raw_delete(model.objects.db)
    return count
