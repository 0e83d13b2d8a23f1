"""Every row of the law names its source, and binds from its day in its place only."""

from __future__ import annotations

from datetime import date

import pytest

from wainwright.consumer_law.policies import Rule, duties, rule_for, rules

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.jurisdiction}-{rule.duty}")
def test_each_row_can_be_checked(rule: Rule) -> None:
    assert rule.source.startswith("https://")
    assert rule.applies_from <= rule.checked_on


def names(country: str, on: date) -> set[str]:
    return {rule.duty for rule in duties(country, on)}


def test_a_duty_binds_from_its_day() -> None:
    assert "withdrawal_function" not in names("FR", date(2026, 6, 18))
    assert "withdrawal_function" in names("FR", date(2026, 6, 19))


def test_a_duty_binds_in_its_place() -> None:
    assert "withdrawal_period" in names("IT", TODAY)
    assert "withdrawal_period" not in names("US", TODAY)


def test_cancelling_in_public_is_offered_to_everybody() -> None:
    assert "cancellation_function" in names("US", TODAY)


def test_a_country_s_own_row_comes_before_its_union_s() -> None:
    rule = rule_for("withdrawal_function", "DE", TODAY)
    assert rule is not None
    assert rule.jurisdiction == "DE"
