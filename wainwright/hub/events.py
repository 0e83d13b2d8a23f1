"""Facts that the hub announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wainwright.core.events import Event


@dataclass(frozen=True, kw_only=True)
class StatementReceived(Event):
    """Someone declared a cancellation or withdrawal on a public page."""

    name: ClassVar[str] = "statement.received"

    statement_id: int
