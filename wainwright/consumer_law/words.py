"""The words that laws prescribe for links and buttons: data, never translated freely."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from wainwright.consumer_law.policies import rules

CANCEL, WITHDRAW = "cancel", "withdraw"
_DUTIES = {CANCEL: "cancellation_function", WITHDRAW: "withdrawal_function"}


@dataclass(frozen=True, slots=True)
class Statutory:
    """`entry` labels the link on every page, `confirm` the button that makes the statement.

    `language` is theirs, which is English where no law has words in the one asked for.
    """

    entry: str
    confirm: str
    language: str


@cache
def statutory(act: str, language: str, country: str = "") -> Statutory:
    """What to call the ways to `cancel` or `withdraw`; a country's own words come first."""
    rows = [rule for rule in rules() if rule.duty == _DUTIES[act]]
    for code in (language, language.partition("-")[0], "en"):
        spoken = [rule for rule in rows if rule.parameters["language"] == code]
        if spoken:
            chosen = min(spoken, key=lambda rule: rule.jurisdiction != country)
            return Statutory(chosen.parameters["entry"], chosen.parameters["confirm"], code)
    raise LookupError(f"no words for {act}")
