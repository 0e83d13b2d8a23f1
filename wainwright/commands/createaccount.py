"""`wainwright createaccount`: a new account with its own business and its owner."""

from __future__ import annotations

