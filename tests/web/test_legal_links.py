"""Leaving is linked from everywhere a buyer stands."""

from __future__ import annotations

import re

import pytest

from tests.web.callers import World
from wainwright.proving.access import rows
from wainwright.proving.asking import ELSEWHERE, path_of

pytestmark = pytest.mark.django_db

BUYERS = ("updateinfo/", "l/", "hub/", "checkout/")
LINK = re.compile(r'<a href="/b/cleo/(cancel|withdraw)/"[^>]*>([^<]+)</a>')


@pytest.mark.slow
def test_every_page_of_door_hub_and_checkout_links_the_legal_desk(world: World) -> None:
    ada = world.callers["ada"]
    _cleo, holding = world.home_of(ada)
    seen = 0
    for row in rows():
        if row.method != "GET" or row.told["ada"] != "page" or not row.route.startswith(BUYERS):
            continue
        page = ada.ask("GET", path_of(row, ELSEWHERE | holding.ids, "cleo"))
        links = dict(LINK.findall(page.body.decode()))
        assert "cancel" in links["cancel"].lower(), row.route
        assert "withdraw" in links["withdraw"].lower(), row.route
        seen += 1
    assert seen >= 11


def test_so_does_a_page_that_refuses_or_is_gone(world: World) -> None:
    none = world.callers["none"]
    gone = none.ask("GET", "/b/cleo/l/never-was-a-token/")
    assert gone.told == "410"
    assert dict(LINK.findall(gone.body.decode())).keys() == {"cancel", "withdraw"}
