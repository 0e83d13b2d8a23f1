"""The folder a demo lives in: whose it is, and what state it was left in."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from wainwright.core import lived
from wainwright.core.errors import Refused
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.web.landing import ways

UNFINISHED = "demo.unfinished"
DATABASE = "wainwright.sqlite3"
FILES = (DATABASE, LEDGER_FILE, lived.FILE)
COPIED = ("documents", "uploads")
KEPT_IN = (*COPIED, "mail")


class Folder:
    """A data folder; it is a demo's from the moment its seeding began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path / UNFINISHED

    @property
    def is_complete(self) -> bool:
        return (self.path / ways.FILE).exists() and not self._unfinished.exists()

    @property
    def is_demo(self) -> bool:
        return self.is_complete or self._unfinished.exists()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Refuses while another demo runs on the folder."""
        lock = os.open(self.path / "demo.lock", os.O_RDONLY | os.O_CREAT, 0o600)
        with os.fdopen(lock) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    _("A demo is running on %(folder)s already. Stop it, or name another --data.")
                    % {"folder": self.path}
                ) from None
            yield

    def clear(self) -> None:
        """Deletes the demo; what was never a demo is refused."""
        if not self.is_demo:
            if (self.path / DATABASE).exists():
                raise Refused(
                    _(
                        "%(folder)s holds an install that is no demo, which is left as it is."
                        " Name another folder with --data."
                    )
                    % {"folder": self.path}
                )
            return
        self._unfinished.touch()  # were this cut short, the next start would go on with it
        (self.path / ways.FILE).unlink(missing_ok=True)
        for name in FILES:
            for file in self.path.glob(f"{name}*"):
                file.unlink()
        for name in KEPT_IN:
            shutil.rmtree(self.path / name, ignore_errors=True)

    def begin(self) -> None:
        """From here on the folder is a demo's, and not a complete one."""
        self._unfinished.touch()

    def finish(self, found: ways.Ways) -> None:
        found.write(self.path)
        self._unfinished.unlink()

    def copy_to(self, target: Path) -> None:
        """All of a complete demo but the letters it sent; refused while it runs."""
        if not self.is_complete:
            raise Refused(
                _("%(folder)s holds no complete demo; `bin/demo --data %(folder)s` makes one.")
                % {"folder": self.path}
            )
        with self.alone():
            for name in (*FILES, ways.FILE):
                for file in self.path.glob(f"{name}*"):
                    shutil.copy2(file, target / file.name)
            for name in COPIED:
                if (self.path / name).exists():
                    shutil.copytree(self.path / name, target / name)
