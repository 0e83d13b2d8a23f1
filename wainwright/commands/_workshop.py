"""A place of its own to try things in: no install's settings reach it, and nothing of it stays."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from wainwright.commands import _install
from wainwright.core import keys
from wainwright.core.ports import free_port

_SETTINGS = ("WAINWRIGHT_", "DATABASE_")


def open_workshop(demo: str | None) -> TemporaryDirectory[str]:
    """Starts Django on an empty temporary folder with no setting made, at a free port of this
    machine; with the keys of the demo that will be copied there, if one is named.
    """
    workshop = TemporaryDirectory(prefix="wainwright-proof-")
    for name in list(os.environ):
        if name.startswith(_SETTINGS):
            del os.environ[name]
    environment = {"WAINWRIGHT_URL": f"http://127.0.0.1:{free_port()}"}
    if demo is not None and (Path(demo) / keys.FILE).exists():
        kept = keys.kept_in(Path(demo))
        environment["WAINWRIGHT_SECRET_KEY"] = kept["secret_key"]
        environment["WAINWRIGHT_ENCRYPTION_KEYS"] = kept["encryption_keys"]
    _install.open_in(workshop.name, environment)
    return workshop
