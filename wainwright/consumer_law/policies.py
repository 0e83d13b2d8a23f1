"""The law as dated data: one row for each duty of a jurisdiction, with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
ANYWHERE = "*"


@dataclass(frozen=True)
class Rule:
    """`parameters` are the duty's own; `checked_on` is when somebody last read the source."""

    jurisdiction: str
    duty: str
    parameters: dict[str, Any]
    applies_from: date
    source: str
    checked_on: date
    applies_to: date | None = None

    def covers(self, country: str) -> bool:
        return self.jurisdiction in (ANYWHERE, country) or country in places(self.jurisdiction)

    def in_force(self, on: date) -> bool:
        return self.applies_from <= on and (self.applies_to is None or on < self.applies_to)


@cache
def rules() -> tuple[Rule, ...]:
    """Every row of policy/*.toml."""
    return tuple(
        Rule(**row)
        for file in sorted((_HERE / "policy").glob("*.toml"))
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
    )


@cache
def places(jurisdiction: str) -> frozenset[str]:
    """The countries of a jurisdiction that is more than a country; empty for others."""
    known = tomllib.loads((_HERE / "places.toml").read_text(encoding="utf-8"))
    return frozenset(known.get(jurisdiction, ()))


def duties(country: str, on: date) -> list[Rule]:
    """What binds a seller towards a consumer of that country on that day."""
    return [rule for rule in rules() if rule.covers(country) and rule.in_force(on)]


def rule_for(duty: str, country: str, on: date) -> Rule | None:
    """The row of one duty, the country's own before its union's; None where nothing binds."""
    found = [rule for rule in duties(country, on) if rule.duty == duty]
    return min(found, key=lambda rule: rule.jurisdiction != country, default=None)
