"""The seller moves what a customer pays by the month to one day, within his own reach."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import buying, shops
from wainwright.core.dates import local_day

pytestmark = pytest.mark.slow


def test_the_way_is_shown_and_who_did_it_and_why_is_kept(ann: Client, shop: Cast) -> None:
    product = shops.make_product(shop.own)
    buying.buy(shops.make_price(product, "monthly", 900))
    bought = buying.buy(shops.make_price(product, "monthly"))
    mine = bought.subscription
    day = local_day(mine.anchor, mine.zone).day % 28 + 1
    address = f"/dashboard/subscriptions/{mine.public_id}/"
    page = ann.get(f"{address}day/", {"day": str(day)}).text
    assert "from then on 9.00" in page.replace("\xa0", " ")
    shown = dict(re.findall(r'type="hidden" name="(day|shown)" value="([^"]*)"', page))
    told = ann.post(f"{address}day/", shown | {"reason": "By telephone"}, follow=True).text
    assert f"Moved to day {day} of the month" in told
    assert "in the dashboard, by ann@agency.example · By telephone" in told
    assert bought.subscription.bill_day == day
    acts = ann.get("/dashboard/subscriptions/acts/csv/").getvalue().decode()
    assert acts.count("bill_day_chosen") == 2
