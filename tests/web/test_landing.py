"""What stands at the root."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests import cast
from tests.factories.shops import make_price, make_product
from wainwright.catalog.products import archive_product
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.web.landing.ways import Login, Regular, Ways

pytestmark = pytest.mark.django_db

WAYS = Ways(
    "open sesame",
    (Login("ann@agency.example", "Ann", ""),),
    (Regular("ada@buyer.example", "Ada", "cleo"),),
)


@pytest.fixture
def everybody() -> cast.Cast:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        make_price(make_product(everybody.own, "Course on trial"), "monthly")
        make_price(make_product(everybody.own, "Course", mode=LIVE), "monthly", 4900)
        make_product(everybody.own, "Course without a price", mode=LIVE)
        gone = make_product(everybody.own, "Course of old", mode=LIVE)
        make_price(gone)
        archive_product(gone, by=SYSTEM)
        make_price(make_product(everybody.client, "Cleo's own", mode=LIVE))
    return everybody


def page(path: str = "/") -> str:
    response = Client().get(path, headers={"host": "127.0.0.1", "accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def test_a_fresh_install_says_how_to_begin() -> None:
    assert "wainwright createaccount" in page()


def test_the_root_shows_what_the_main_business_sells(everybody: cast.Cast) -> None:
    shown = page()
    assert "Agency" in shown
    assert "/checkout/course/" in shown
    assert "49.00" in shown
    for hidden in ("Course on trial", "Course without a price", "Course of old", "Cleo"):
        assert hidden not in shown


def test_it_leads_to_hub_legal_desk_and_dashboard(everybody: cast.Cast) -> None:
    shown = page()
    for path in ("/updateinfo/", "/cancel/", "/withdraw/", "/imprint/", "/dashboard/"):
        assert f'href="{path}"' in shown


def test_a_clients_root_is_its_own(everybody: cast.Cast) -> None:
    shown = page("/b/cleo/")
    assert "Cleo&#39;s own" in shown
    assert 'href="/b/cleo/updateinfo/"' in shown
    assert "dashboard" not in shown


def test_a_business_with_nothing_to_sell_says_so(everybody: cast.Cast) -> None:
    assert "Nothing is on sale here" in page("/b/carl/")


def test_outside_the_demo_no_way_in_is_told(
    everybody: cast.Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    WAYS.write(tmp_path)
    assert "open sesame" not in page()


def test_the_demo_tells_all_its_ways_in(
    everybody: cast.Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO, settings.DATA = True, tmp_path
    WAYS.write(tmp_path)
    shown = page()
    for told in (
        "open sesame",
        "ann@agency.example",
        "ada@buyer.example",
        "/b/cleo/updateinfo/",
        "/_mail/",
        "Course on trial",
        "4242",
    ):
        assert told in shown
    assert "open sesame" not in page("/b/cleo/")
