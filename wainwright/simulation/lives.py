"""Several lives at once, one on each processor: each in a folder and a database of its own."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from wainwright.core import memory
from wainwright.simulation.life import Life, Told
from wainwright.simulation.process import in_haste

type Logged = tuple[Told, list[str]]


def live_all(seeds: Sequence[int], days: int) -> Iterator[Logged]:
    """What became of each life, with its log, in the order of the seeds.

    The install that is open (on the embedded database) is left as it is.
    """
    with TemporaryDirectory(prefix="wainwright-lives-") as folder:
        with _moved_to(Path(folder)):
            _make_tables()
            settings.STATIC_ROOT.mkdir()  # whitenoise warns where it is missing
        live = partial(_live, days=days, empty=Path(folder))
        fork = multiprocessing.get_context("fork")
        at_once = min(len(seeds), os.cpu_count() or 1)
        settle = memory.keep_what_is_loaded
        with ProcessPoolExecutor(at_once, mp_context=fork, initializer=settle) as processes:
            yield from processes.map(live, seeds)


def _make_tables() -> None:
    """As the records say, at once: to repeat every migration takes half a life."""
    records = {app.label: None for app in apps.get_app_configs()}
    with override_settings(MIGRATION_MODULES=records):
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _live(seed: int, *, days: int, empty: Path) -> Logged:
    lines: list[str] = []
    with TemporaryDirectory(prefix="wainwright-life-") as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        with _moved_to(Path(folder)):
            return Life(seed, lines.append).live(days), lines


@contextmanager
def _moved_to(folder: Path) -> Iterator[None]:
    """This process keeps everything in the folder meanwhile."""
    database = connections["default"].settings_dict
    before = dict(database)
    # A life asks more questions than the driver remembers by itself.
    options = {**database["OPTIONS"], "cached_statements": 1000}
    with in_haste(), override_settings(DATA=folder, STATIC_ROOT=folder / "static"):
        database |= {"NAME": folder / Path(database["NAME"]).name, "OPTIONS": options}
        try:
            yield
        finally:
            connections.close_all()
            database |= before
