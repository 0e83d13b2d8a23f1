"""What billing may refuse."""

from __future__ import annotations

from wainwright.core.errors import Conflict


class MoveRefused(Conflict):
    """The subscription is not in a state from which this is possible."""

    code = "move_refused"
