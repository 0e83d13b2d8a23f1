from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, transaction

from tests import cast
from wainwright.core import audit
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import LIVE, TEST, scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Iterator[int]:
    account = cast.assemble().account.pk
    with scope(account, TEST):
        yield account


def seal_all(account: int) -> None:
    while audit.seal():
        pass


def test_the_trail_is_one_chain_of_both_modes(account: int) -> None:
    with scope(account, LIVE):
        audit.note("thing.done", "thg_1", by=SYSTEM)
    audit.note("thing.done", "thg_2", by=SYSTEM)
    seal_all(account)
    positions = AuditRow.everywhere.filter(account_id=account).values_list("position", flat=True)
    assert sorted(positions) == list(range(1, len(positions) + 1))
    assert audit.broken_link(account) is None


@pytest.mark.sqlite  # on PostgreSQL the application may not write these columns at all
@pytest.mark.parametrize(
    "change", [{"action": "thing.undone"}, {"actor_label": "somebody else"}, {"digest": "0" * 64}]
)
def test_t_aud_an_edited_row_is_named(account: int, change: dict[str, str]) -> None:
    seal_all(account)
    victim = AuditRow.everywhere.filter(account_id=account).order_by("position")[2]
    AuditRow.everywhere.filter(pk=victim.pk).update(**change)
    broken = audit.broken_link(account)
    assert broken is not None
    assert broken.pk == victim.pk


@pytest.mark.sqlite
def test_t_aud_a_removed_row_is_noticed(account: int) -> None:
    seal_all(account)
    AuditRow.everywhere.filter(account_id=account, position=2).delete()
    broken = audit.broken_link(account)
    assert broken is not None
    assert broken.position == 3


@pytest.mark.sqlite
def test_who_reads_on_finds_what_was_changed_since_and_follows_the_same_chain(account: int) -> None:
    seal_all(account)
    last = audit.last_sealed(account)
    for subject in ("thg_1", "thg_2"):
        audit.note("thing.done", subject, by=SYSTEM)
    seal_all(account)
    assert audit.broken_link(account, after=last) is None
    newest = audit.last_sealed(account)
    assert newest is not None
    assert newest.subject == "thg_2"
    AuditRow.everywhere.filter(pk=newest.pk).update(action="thing.undone")
    assert audit.broken_link(account, after=last) == newest


@pytest.mark.postgres
@pytest.mark.parametrize("change", [{"action": "thing.undone"}, {"actor_label": "somebody else"}])
def test_t_aud_the_application_cannot_edit_what_it_wrote(
    account: int, change: dict[str, str]
) -> None:
    rows = AuditRow.everywhere.filter(account_id=account)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.update(**change)


@pytest.mark.postgres
def test_t_aud_the_application_cannot_remove_what_it_wrote(account: int) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditRow.everywhere.filter(account_id=account).delete()
