"""Files that are there with all their bytes, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def keep(path: Path, data: bytes) -> None:
    """Writes a new file that outlives a crash and that its owner alone can read.

    A file that is there already stays as it is: of several writers the first one wins. Where the
    disk is full, OSError is raised and nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path, data) as draft, suppress(FileExistsError):
        os.link(draft, path)
    _sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Puts the file in the place of the one that may be there, as `keep` does: of several writers
    the last one wins."""
    with _draft(path, data) as draft:
        draft.replace(path)
    _sync_folder(path.parent)


@contextmanager
def _draft(path: Path, data: bytes) -> Iterator[Path]:
    """The bytes beside the place where they shall be; gone afterwards, if they are still there."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """The name must outlive a crash too, and stands in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
