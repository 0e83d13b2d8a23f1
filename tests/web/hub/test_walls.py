"""Who is not in this hub finds nothing in it."""

from __future__ import annotations

import pytest

from tests.web.hub.browsing import Browser
from wainwright.invoicing.models import Document

pytestmark = pytest.mark.django_db


def pages_of(bought) -> list[str]:
    subscription = f"/hub/subscriptions/{bought.subscription.public_id}/"
    documents = Document.objects.filter(order=bought.order)
    return [
        subscription,
        f"{subscription}cancellation/",
        *(f"/hub/documents/{each.public_id}/" for each in documents),
        *(f"/hub/documents/{each.public_id}/pdf/" for each in documents),
    ]


def acts_on(bought) -> list[str]:
    subscription = f"/hub/subscriptions/{bought.subscription.public_id}/"
    return [f"{subscription}{act}" for act in ("cancellation/", "cancellation/undo/", "method/")]


def test_without_a_session_every_page_leads_to_the_door(browser, sell):
    bought = sell()
    for path in ["/hub/", "/hub/documents/", *pages_of(bought)]:
        answer = browser.see(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/b/agency/updateinfo/")
    browser.see("/updateinfo/")
    for path in ["/hub/signout/", *acts_on(bought)]:
        assert browser.send(path).headers["Location"] == "/b/agency/updateinfo/"
    assert bought.subscription.cancel_at is None


def test_what_belongs_to_another_customer_is_not_found(sell, signed_in):
    mine, others = sell(), sell(email="eve@buyer.example", name="Course")
    browser = signed_in(mine)
    assert {browser.see(path).status_code for path in pages_of(others)} == {404}
    assert {browser.send(path).status_code for path in acts_on(others)} == {404}
    assert others.subscription.cancel_at is None
    assert {browser.see(path).status_code for path in pages_of(mine)} == {200}


def test_the_same_person_at_another_business_is_another_customer(sell, signed_in, other):
    mine, there = sell(), sell(seller=other)
    browser = signed_in(mine)
    assert {browser.see(path).status_code for path in pages_of(there)} == {404}


def test_a_session_opens_no_other_business(sell, signed_in, other):
    mine, there = sell(), sell(seller=other)
    visitor = Browser(other)
    value = signed_in(mine).cookies["__Host-hub-agency"].value
    visitor.cookies["__Host-hub-agency"] = visitor.cookies["__Host-hub-cleo"] = value
    for path in ["/hub/", *pages_of(there)]:
        assert visitor.see(path).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/hub/subscriptions/sub_x/", "/hub/subscriptions/1/", "/hub/documents/inv_x/pdf/"],
)
def test_made_up_ids_are_not_found(sell, signed_in, path):
    assert signed_in(sell()).see(path).status_code == 404


def test_pages_are_never_kept_by_the_browser(sell, signed_in):
    browser = signed_in(sell())
    for path in ("/hub/", "/hub/documents/", "/updateinfo/"):
        assert browser.see(path).headers["Cache-Control"] == "no-store"
