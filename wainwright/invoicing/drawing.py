"""Draws an issued document as a PDF: tagged for screen readers and fit for archives."""

from __future__ import annotations

import atexit
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from wainwright.invoicing import printed
from wainwright.invoicing.content import DocumentContent

PRESS = Path(__file__).resolve().parent / "press.py"
SECONDS_AT_MOST = 60  # for one document
# The press lives a short while, so it keeps what it freed for the next sheet: glibc would hand it
# back and fetch it again with each.
KEEPING = {"MALLOC_TRIM_THRESHOLD_": f"{1 << 26}", "MALLOC_MMAP_THRESHOLD_": f"{1 << 26}"}
_PNG_HEADER = b"IHDR"


class PressBroken(Exception):
    """The document could not be drawn: the press hung, or broke twice. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's PDF. `flagged` where it had to be drawn outside the archive standards."""

    pdf: bytes
    flagged: bool = False
    flag_reason: str = ""


def draw(content: DocumentContent, logo: bytes | None = None) -> Drawn:
    """The PDF of a document, PDF/UA-1 and PDF/A-3a: the same bytes for the same content and logo.

    Text that our fonts cannot show still gives a document: a plain PDF with whatever fonts the
    machine has, flagged with the reason. `logo` is a PNG as `core.images.clean_logo` gives it; one
    that cannot be read any more is left out. Raises PressBroken.
    """
    moment = datetime.combine(content.issued_on, time(), tzinfo=UTC)
    page = printed.page(content)
    if logo is not None and len(logo) > 24 and logo[12:16] == _PNG_HEADER:
        page["logo"] = _framed(logo)
    pdf, reason = press.set(page, moment)
    return Drawn(pdf, flagged=bool(reason), flag_reason=reason)


class Press:
    """This process's press, started when there is something to set. One sheet at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0  # a forked process starts a press of its own

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def set(self, page: dict[str, Any], moment: datetime) -> tuple[bytes, str]:
        """The PDF, and why it is flagged or "". Raises PressBroken."""
        with self._lock:
            for _attempt in range(2):  # it may have ended, idle, in this very moment
                self._start()
                try:
                    pickle.dump((page, moment), self._desk)
                    self._desk.flush()
                    answer: tuple[bytes, str] = pickle.load(self._desk)  # noqa: S301  our own child
                    return answer
                except TimeoutError:
                    break
                except (EOFError, OSError, pickle.UnpicklingError):
                    self.stop()
            self.stop()
            raise PressBroken("the typesetter hangs or breaks at this document")

    def stop(self) -> None:
        if self._child is not None and self._owner == os.getpid():
            with suppress(OSError):
                self._desk.close()
            self._child.kill()
            self._child.wait()
        self._child = None

    def _start(self) -> None:
        if self._child is not None and self._owner == os.getpid() and self._child.poll() is None:
            return
        self.stop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(SECONDS_AT_MOST)
            self._desk = ours.makefile("rwb", buffering=1 << 17)  # a whole document
            self._child = subprocess.Popen(
                [sys.executable, "-I", str(PRESS), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **KEEPING},
            )
        self._owner = os.getpid()


press = Press()
atexit.register(press.stop)


def _framed(logo: bytes) -> str:
    """The PNG inside an SVG frame of fixed shape, set left and scaled to fit, at most doubled.

    Text is what Typst takes as input without a file; the frame loads nothing but the data in it.
    """
    width, height = struct.unpack(">II", logo[16:24])
    box = f'width="{min(500, 2 * width)}" height="{min(140, 2 * height)}"'
    data = b64encode(logo).decode("ascii")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 140">'
        f'<image {box} preserveAspectRatio="xMinYMin meet" href="data:image/png;base64,{data}"/>'
        "</svg>"
    )
