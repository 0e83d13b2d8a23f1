"""What every test process needs in its environment before Django's settings are read.

Loaded by pytest as a plugin (see pyproject.toml), ahead of any conftest: a data folder of the
process's own, and nothing inherited from a real install but the database the run is meant for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

KEPT = {"DATABASE_URL", "DATABASE_MIGRATE_URL"}

for name in list(os.environ):
    if name.startswith(("WAINWRIGHT_", "DATABASE_")) and name not in KEPT:
        del os.environ[name]

DATA = Path(tempfile.mkdtemp(prefix="wainwright-tests-"))
(DATA / "static").mkdir()
os.environ["WAINWRIGHT_DATA"] = str(DATA)
os.environ["WAINWRIGHT_SECRET_KEY"] = "the tests' own key, known to everybody who reads them"
os.environ["WAINWRIGHT_ENCRYPTION_KEYS"] = "dGhlIHRlc3RzJyBrZXksIGtub3duIHRvIGV2ZXJ5b24="


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA, ignore_errors=True)
