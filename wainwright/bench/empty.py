"""A database that fits the code and holds nothing."""

from __future__ import annotations

from django.core.management import call_command

from wainwright.bench import marking


def main() -> None:
    call_command("migrate", database=marking.owner(), interactive=False, verbosity=0)
