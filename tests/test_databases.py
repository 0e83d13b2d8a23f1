"""The walls that the tests themselves stand on."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from wainwright.accounts.models import Account
from wainwright.core import clock, walls


def rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_application_owns_nothing_and_steps_around_no_policy() -> None:
    ((superuser, bypass),) = rows(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (superuser, bypass) == (False, False)
    assert rows("SELECT tablename FROM pg_tables WHERE tableowner = current_user") == []


@pytest.mark.postgres
@pytest.mark.django_db
def test_row_security_is_forced_on_every_tenant_table() -> None:
    forced = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relforcerowsecurity")}
    walled = {
        model._meta.db_table
        for model in walls.tenant_models()
        if model._meta.label not in walls.DIRECTORY
    }
    assert walled
    assert walled <= forced


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_application_may_not_change_the_schema() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows("CREATE TABLE mine (id int)")


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_is_a_file_with_a_write_ahead_log() -> None:
    assert rows("PRAGMA journal_mode") == [("wal",)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_committed_is_gone_before_the_next(turn: int) -> None:
    assert not Account.objects.exists()
    Account.objects.create(public_id="acc_1", name="Acme", created_at=clock.wall())
