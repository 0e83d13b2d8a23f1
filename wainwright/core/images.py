"""Pictures that sellers upload: decoded in a process of its own and drawn anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from wainwright.core.errors import Refused

MOST_BYTES = 1_000_000
SECONDS = 15

_REDRAW = Path(__file__).with_name("redraw.py")
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def clean_logo(data: bytes) -> bytes:
    """A fresh PNG of the picture, without anything else that was in the file.

    Takes PNG, JPEG and WebP up to 1 MB and 2000 pixels a side; refuses all others with a sentence.
    """
    if len(data) > MOST_BYTES:
        raise _refused(_("The file is larger than 1 MB. Please save a smaller one and try again."))
    if not (data.startswith(_MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")):
        raise _refused(_("That is not a PNG, JPEG or WebP picture. Please choose one of these."))
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_REDRAW)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={},
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == 3:
        raise _refused(_("The picture is larger than 2000 by 2000 pixels. Please make it smaller."))
    if done is None or done.returncode or not done.stdout.startswith(_MAGIC[0]):
        raise _refused(_("The picture could not be read. Please save it anew and try again."))
    return done.stdout


def _refused(message: str) -> Refused:
    return Refused(message, code="bad_picture", field="logo")
