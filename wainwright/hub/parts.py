"""One page of a customer's list."""

from __future__ import annotations

from dataclasses import dataclass

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Part[Row]:
    """Page `number` (from 1) of what was wanted, `found` in all."""

    rows: list[Row]
    number: int
    found: int

    @property
    def first(self) -> int:
        return (self.number - 1) * ON_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first - 1 + len(self.rows)

    @property
    def newer(self) -> int | None:
        """The page before this one, where there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.last < self.found else None
