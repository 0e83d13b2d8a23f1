"""Until when a consumer may withdraw from a distance contract."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from wainwright.consumer_law.policies import rule_for


def deadline(
    begins: datetime, *, country: str, zone: str, was_told: bool = True
) -> datetime | None:
    """The first instant that is too late; None where the consumer's country knows no such right.

    `begins` is the contract's conclusion (services, digital content) or the delivery (goods). Days
    are counted from the day after, to the end of the last one in the consumer's zone. A consumer
    who was not told of the right (`was_told`) has twelve months more.
    """
    local = begins.astimezone(ZoneInfo(zone))
    rule = rule_for("withdrawal_period", country, local.date())
    if rule is None:
        return None
    last = local.date() + timedelta(days=rule.parameters["days"])
    if not was_told:
        last += relativedelta(months=rule.parameters["months_more_if_not_told"])
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def in_time(
    declared: datetime, begins: datetime, *, country: str, zone: str, was_told: bool = True
) -> bool:
    """Whether a withdrawal declared at that instant counts, however late it is worked on."""
    end = deadline(begins, country=country, zone=zone, was_told=was_told)
    return end is not None and declared < end
