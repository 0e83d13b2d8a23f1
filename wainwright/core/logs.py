"""Logs that keep secrets: access tokens in addresses never reach a log line."""

from __future__ import annotations

import logging
import re

_TOKEN_PATHS = re.compile(r"/(l|undo|confirm)/[A-Za-z0-9_-]{16,}")


class HideSecrets(logging.Filter):
    """Replaces the token of /l/<token> and its kind by an ellipsis, and control characters."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg = hide(message)
        record.args = None
        return True


def hide(text: str) -> str:
    shown = _TOKEN_PATHS.sub(r"/\1/…", text)
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in shown)
