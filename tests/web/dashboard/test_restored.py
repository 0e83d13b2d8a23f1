"""After a restore the owner sees what was found, and resumes billing with one button."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright import wiring
from wainwright.core import clock
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import TEST
from wainwright.payments import restoring
from wainwright.payments.models import Restore

HOME, PAGE, RESUME = "/dashboard/", "/dashboard/restored/", "/dashboard/restored/resume/"


@pytest.fixture
def restore(shop: Cast) -> Restore:
    buy(make_price(make_product(shop.own), "monthly"))
    restoring.pause(Restore.BEHIND, clock.now())
    found = restoring.paused()
    assert found is not None
    return found


def test_without_a_restore_the_page_says_so_and_home_is_silent(shop: Cast, ann: Client) -> None:
    assert "Nothing was restored." in ann.get(PAGE).text
    assert PAGE not in ann.get(HOME).text


def test_home_leads_to_what_each_gateway_has(restore: Restore, shop: Cast, ann: Client) -> None:
    assert PAGE in ann.get(HOME).text
    assert "not yet" in ann.get(PAGE).text
    wiring.sweep_account(shop.account.pk, TEST)
    page = ann.get(PAGE).text
    assert "not yet" not in page
    assert "Resume billing" in page


def test_the_owner_resumes_once_and_it_stands_in_the_trail(
    restore: Restore, shop: Cast, ann: Client
) -> None:
    wiring.sweep_account(shop.account.pk, TEST)
    for _click in range(2):
        assert ann.post(RESUME, {"restore": restore.public_id}).status_code == 303
    assert restoring.paused() is None
    row = AuditRow.objects.get(action="billing.resumed_after_restore")
    assert row.actor_label == "ann@agency.example"
    assert "ann@agency.example resumed billing" in ann.get(PAGE).text
    assert PAGE not in ann.get(HOME).text


def test_a_page_of_an_earlier_restore_resumes_nothing(restore: Restore, ann: Client) -> None:
    ann.post(RESUME, {"restore": "rst_of_before", "uncompared": "yes"})
    assert restoring.paused() is not None


def test_before_a_gateway_was_compared_only_who_insists_resumes(
    restore: Restore, ann: Client
) -> None:
    assert ann.post(RESUME, {"restore": restore.public_id}).status_code == 409
    assert restoring.paused() is not None
    ann.post(RESUME, {"restore": restore.public_id, "uncompared": "yes"})
    assert restoring.paused() is None


def test_a_client_user_neither_sees_nor_resumes_it(restore: Restore, cleo: Client) -> None:
    assert cleo.get(PAGE).status_code == 404
    assert cleo.post(RESUME, {"restore": restore.public_id}).status_code == 404
    assert PAGE not in cleo.get(HOME).text
