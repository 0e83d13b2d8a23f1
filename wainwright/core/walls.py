"""The database's own walls on PostgreSQL, derived from the models.

For every tenant table: forced row-level security on `app.account`; for every reference between
tenant tables: a composite key, so that a row cannot point into another account. Raised again after
each migrate; doing so twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from wainwright.core.tenancy import Tenant

# Read before a scope can exist, to find out whose the request is.
DIRECTORY = {"accounts.Business", "accounts.Member"}


def tenant_models() -> list[type[Tenant]]:
    return [model for model in apps.get_models() if issubclass(model, Tenant)]


def references(model: type[Tenant]) -> Iterator[models.ForeignKey[Any, Any]]:
    """The model's references to other tenant tables."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Tenant):
            yield field


def raise_walls(connection: BaseDatabaseWrapper, app_role: str | None) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tenant_models():
            for statement in statements(model):
                cursor.execute(statement)
        if app_role:
            for statement in grants(connection, app_role):
                cursor.execute(statement)


def statements(model: type[Tenant]) -> Iterator[str]:
    table = model._meta.db_table
    yield from _unless_constraint(table, f"{table}_tenant_key", "UNIQUE (account_id, id)")
    for field in references(model):
        target = field.related_model._meta.db_table
        yield from _unless_constraint(target, f"{target}_tenant_key", "UNIQUE (account_id, id)")
        yield from _unless_constraint(
            table,
            f"{table}_{field.column}_wall",
            f'FOREIGN KEY (account_id, "{field.column}") REFERENCES "{target}" (account_id, id)'
            " DEFERRABLE INITIALLY DEFERRED",
        )
    if model._meta.label not in DIRECTORY:
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        yield f'DROP POLICY IF EXISTS one_account ON "{table}"'
        yield (
            f'CREATE POLICY one_account ON "{table}" USING'
            " (account_id = NULLIF(current_setting('app.account', true), '')::bigint)"
        )


def _unless_constraint(table: str, name: str, definition: str) -> Iterator[str]:
    short = name[:63]
    yield (
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname ="
        f' \'{short}\') THEN ALTER TABLE "{table}" ADD CONSTRAINT "{short}" {definition};'
        " END IF; END $$"
    )


def grants(connection: BaseDatabaseWrapper, role: str) -> Iterator[str]:
    quoted = connection.ops.quote_name(role)
    yield f"GRANT USAGE ON SCHEMA public TO {quoted}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}"
    yield f"REVOKE UPDATE, DELETE ON core_auditrow FROM {quoted}"
    yield f"GRANT UPDATE (position, digest) ON core_auditrow TO {quoted}"
