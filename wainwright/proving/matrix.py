"""The whole table of access asked: everybody, at every route, about everything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.utils.translation import gettext as _

from wainwright.accounts.models import Account, StaffSession
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.proving.access import OPEN, SAME_AS, WALLS, Row, refused_rows, rows
from wainwright.proving.asking import ELSEWHERE, Try, body_for, leaks, path_of, tries
from wainwright.proving.callers import World, taken_back


@dataclass
class Found:
    """What came of asking everything. A leak is an answer that tells somebody what is not for him,
    or gives way where there is a wall; `amiss` is every other answer that the table does not have.
    """

    tries: int = 0
    leaks: list[str] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)
    absent: dict[str, set[bytes]] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        return self.leaks + self.amiss


def ask_everything(
    world: World,
    table: Sequence[Row] | None = None,
    on_row: Callable[[int, int], None] = lambda row, of: None,
) -> Found:
    """Each row of everybody, and each way of asking that has no row; nothing of it stays.

    Whosever a thing is, and whether or not it ever was, "404" must be the same to the byte; and
    where there is a wall, nothing may have been written.
    """
    found, before = Found(), everything_stored()
    table = rows() if table is None else table
    for number, row in enumerate(table, 1):
        on_row(number, len(table))
        for each in tries(row, world):
            _ask(row, each, world, found)
    for row in refused_rows(table):
        for caller in world.callers.values():
            estate, holding = world.home_of(caller)
            path = path_of(row, ELSEWHERE | holding.ids, estate.slug)
            _ask(row, Try(caller, path, "405", estate, holding), world, found)
    for bodies in found.absent.values():
        if len(bodies) > 1:
            found.leaks.append(
                _("%(count)s ways to say that there is nothing") % {"count": len(bodies)}
            )
    after = everything_stored()
    found.leaks += [
        _("%(table)s was changed") % {"table": name}
        for name in after
        if after[name] != before.get(name)
    ]
    return found


def _ask(row: Row, each: Try, world: World, found: Found) -> None:
    body = body_for(row, each) if row.method == "POST" else None
    if each.told in WALLS:
        answer = each.caller.ask(row.method, each.path, body)
    else:
        with taken_back():
            answer = each.caller.ask(row.method, each.path, body)
    found.tries += 1
    told = each.told if answer.told in SAME_AS.get(each.told, ()) else answer.told
    said = _("%(method)s %(path)s (%(route)s) by %(caller)s") % {
        "method": row.method,
        "path": each.path,
        "route": row.route,
        "caller": each.caller.name,
    }
    if told != each.told:
        fault = found.leaks if each.told in WALLS and told in OPEN else found.amiss
        fault.append(
            _("%(said)s: %(told)s instead of %(promised)s")
            % {"said": said, "told": told, "promised": each.told}
        )
    if told == "404":
        face = "hooks" if row.route.startswith("hooks/") else ""
        found.absent.setdefault(face, set()).add(answer.masked)
    if told_too_much := leaks(row, each, answer, world):
        words = ", ".join(sorted(told_too_much))
        found.leaks.append(_("%(said)s: tells %(words)s") % {"said": said, "words": words})


def everything_stored() -> dict[str, str]:
    """A fingerprint of each table of ours, as every account sees it; when somebody was seen last
    is no change.
    """
    prints = {}
    ours = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("wainwright.") and model is not StaffSession
    ]
    for account in Account.objects.order_by("pk"):
        for mode in (LIVE, TEST):
            with scope(account.pk, mode):
                for model in ours:
                    columns = {column.attname for column in model._meta.concrete_fields}
                    stored = model._base_manager.order_by("pk").values_list(
                        *sorted(columns - {"seen_at"})
                    )
                    digest = hashlib.sha256(repr(list(stored)).encode()).hexdigest()
                    prints[f"{account.public_id} {mode} {model.__name__}"] = digest
    return prints
