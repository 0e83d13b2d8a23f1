"""How much a recurring job takes at a time; the sweep asks again while a batch comes back full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wainwright.core.tenancy import Tenant

BATCH = 200


def forget(kind: type[Tenant], keys: Sequence[int]) -> None:
    """Deletes the rows with these keys, without a question where there are none."""
    if keys:
        kind.objects.filter(pk__in=keys).delete()
