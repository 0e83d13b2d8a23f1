"""How much a recurring job takes at a time; the sweep asks again while a batch comes back full."""

from __future__ import annotations

BATCH = 200
