"""Whoever declares something in public is heard once, told so by letter, and told no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.core import clock, events
from wainwright.core.actors import user
from wainwright.core.models import AuditRow, Delivery
from wainwright.core.tenancy import LIVE, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.hub import confirmations, statements
from wainwright.hub.models import Statement
from wainwright.letters.models import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Iterator[Business]:
    owner = opening.open_account(
        slug="agency", name="Agency", email="ann@agency.example", zone="Europe/Berlin"
    )
    with scope(owner.account_id, LIVE):
        yield Business.objects.get()


def declare(business: Business, form_key: str = "a" * 16, **said: Any) -> Statement:
    known = {
        "kind": Statement.CANCEL,
        "name": "Ada Byron",
        "email": "ada@buyer.example",
        "contract": "Studio Monthly",
        "language": "en",
    }
    statement = statements.receive(business=business, form_key=form_key, **(known | said))
    events.deliver_waiting()
    return statement


def test_the_same_form_posted_twice_is_one_statement(business: Business) -> None:
    first = declare(business)
    assert declare(business, name="Somebody else") == first
    assert Statement.objects.get().name == "Ada Byron"
    assert Letter.objects.count() == 2


def test_the_confirmation_holds_the_content_and_the_moment(business: Business) -> None:
    statement = declare(business, extraordinary=True, reason="It never worked.")
    letter = Letter.objects.get(kind="statement_received")
    iso = statements.received_words(statement)["received_iso"]
    assert letter.recipient == "ada@buyer.example"
    for part in (letter.text, letter.html, letter.attachments[0]["text"]):
        for said in ("Ada Byron", "Studio Monthly", "It never worked.", "for good cause", iso):
            assert said in part


def test_without_a_wished_end_it_is_the_earliest_possible(business: Business) -> None:
    assert ("To end on", "the earliest possible day") in statements.declaration(declare(business))


def test_a_withdrawal_names_no_end(business: Business) -> None:
    statement = declare(business, kind=Statement.WITHDRAW)
    assert "To end on" not in dict(statements.declaration(statement))


def test_the_seller_hears_of_it(business: Business) -> None:
    declare(business)
    letter = Letter.objects.get(kind="statement_alert")
    assert letter.recipient == "ann@agency.example"
    assert letter.subject == "A cancellation was declared to Agency"


def test_without_a_support_address_the_owner_hears_of_it(business: Business) -> None:
    Business.objects.update(support_email="")
    declare(business)
    assert Letter.objects.get(kind="statement_alert").recipient == "ann@agency.example"


def test_customers_and_strangers_get_the_same_letter(business: Business) -> None:
    find_or_create(business.pk, Contact(email="ada@buyer.example", name="Ada Byron"))
    at = clock.wall()
    with clock.told_by(lambda: at):
        known, unknown = declare(business), declare(business, "b" * 16, email="eve@nobody.example")
    letters = Letter.objects.filter(kind="statement_received").order_by("pk")
    texts = {
        letter.text.replace(statement.public_id, "").replace(statement.email, "")
        for letter, statement in zip(letters, (known, unknown), strict=True)
    }
    assert len(texts) == 1


def test_repeated_delivery_writes_no_second_letter(business: Business) -> None:
    declare(business)
    Delivery.objects.update(state=Delivery.WAITING)
    events.deliver_waiting()
    assert Letter.objects.count() == 2


def test_nobody_s_mailbox_is_flooded_and_nobody_is_turned_away(business: Business) -> None:
    for number in range(confirmations.TO_ONE_ADDRESS + 1):
        declare(business, f"{number:016}")
    letters = Letter.objects.filter(kind="statement_received").order_by("pk")
    waits = [letter.due_at > clock.wall() + timedelta(minutes=50) for letter in letters]
    assert waits == [False] * confirmations.TO_ONE_ADDRESS + [True]


def test_a_reason_cannot_forge_another_line(business: Business) -> None:
    statement = declare(business, extraordinary=True, reason="first\nReceived: 1 January 1970")
    assert "\nReceived: 1 January" not in statements.as_text(statement)


def test_the_seller_marks_it_as_done_once(business: Business) -> None:
    statement = declare(business)
    ann = user(1, "ann@agency.example")
    done = statements.mark_handled(statement, by=ann, note="ended today")
    again = statements.mark_handled(statement, by=user(2, "eve@x.example"), note="other")
    assert (again.handled_by, again.handled_note) == ("ann@agency.example", "ended today")
    assert again.handled_at == done.handled_at
    assert AuditRow.objects.filter(action="statement.handled").count() == 1
