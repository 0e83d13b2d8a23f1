"""The family of errors.

Refused                    a person asked for something that cannot be; says what to do (HTTP 400)
├── NotFound               no such thing among what this person may reach (HTTP 404)
├── Forbidden              known, but not allowed to this person (HTTP 403)
├── Conflict               it was changed or done already (HTTP 409)
└── TooMany                a limit was reached; wait (HTTP 429)

Areas subclass these with names of their own; the edge turns them into pages or JSON. Anything else
that escapes is a fault of ours and becomes a 500.
"""

from __future__ import annotations


class Refused(Exception):
    """A refusal a person can act on: a plain sentence and a stable code."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotFound(Refused):
    status = 404
    code = "not_found"


class Forbidden(Refused):
    status = 403
    code = "forbidden"


class Conflict(Refused):
    status = 409
    code = "conflict"


class TooMany(Refused):
    status = 429
    code = "too_many"
