"""A kept file is whole or absent."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wainwright.core.files import keep


def test_the_first_writer_wins_and_no_draft_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    keep(path, b"first")
    keep(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_room_nothing_is_left(tmp_path: Path) -> None:
    with files_no_larger_than(1000), pytest.raises(OSError, match="too large"):
        keep(tmp_path / "file", b"x" * 2000)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def files_no_larger_than(most: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
