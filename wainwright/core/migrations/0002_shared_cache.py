from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_table(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table in which all server processes count the same sign-ins."""

    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
