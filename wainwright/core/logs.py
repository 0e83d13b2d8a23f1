"""Logs that keep secrets, and whose lines nobody can forge.

Access tokens in addresses never reach a log. What people typed cannot begin a line: control
characters are written out, and the lines of a traceback are set in.
"""

from __future__ import annotations

import logging
import re
from typing import Any

_TOKEN_PATHS = re.compile(r"/(l|undo|confirm)/[A-Za-z0-9_-]{16,}")


class HideSecrets(logging.Filter):
    """Makes a record's message one line without tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide(record.getMessage())
        record.args = None
        return True


class SetIn(logging.Formatter):
    """Writes tracebacks without tokens, each line of them behind a margin."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"    {hide(line)}" for line in lines)


def hide(text: str) -> str:
    shown = _TOKEN_PATHS.sub(r"/\1/…", text)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)
