"""A letter goes out once, or is tried again, or is given up: never lost and never doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.letters.conftest import PostOffice
from wainwright.accounts.models import Business
from wainwright.core import clock
from wainwright.letters import sending
from wainwright.letters.models import Letter
from wainwright.letters.writing import write

pytestmark = pytest.mark.django_db


def write_one(
    business: Business, cause: str = "evt_1", recipient: str = "ada@buyer.example"
) -> Letter:
    return write(
        kind="statement_alert",
        cause=cause,
        recipient=recipient,
        customer=None,
        business=business,
        language="en",
        context={
            "statement": {"kind": "cancel", "received_at": clock.wall()},
            "declaration": [("Name", "Ada")],
            "received_iso": "2026-11-21T12:00:00+01:00",
            "zone": "Europe/Berlin",
        },
    )


def make_due(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(due_at=clock.wall() - timedelta(seconds=1))


def test_a_letter_goes_to_its_one_recipient_once(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    assert sending.send_now(letter.pk)
    assert not sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (Letter.SENT, "")
    assert post_office.recipients == [["ada@buyer.example"]]
    assert post_office.got[0]["Message-ID"] == f"<{letter.public_id}@127.0.0.1>"
    assert post_office.got[0]["Auto-Submitted"] == "auto-generated"


def test_a_letter_refused_for_now_is_tried_again_later(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    post_office.refuses = "451 come back later"
    sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.QUEUED
    assert letter.due_at > clock.wall()
    assert sending.send_waiting() == 0
    post_office.refuses = ""
    make_due(letter)
    assert sending.send_waiting() == 1
    assert len(post_office.got) == 1


def test_a_letter_refused_for_good_is_given_up_at_once(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    post_office.refuses = "550 no such person"
    sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.FAILED
    assert "550" in letter.error


def test_a_repeat_after_an_unknown_answer_carries_the_same_message_id(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    post_office.drops = True
    sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.QUEUED
    post_office.drops = False
    make_due(letter)
    sending.send_waiting()
    first, second = post_office.got
    assert first["Message-ID"] == second["Message-ID"]


def test_what_a_dead_sender_held_is_sent_when_its_lease_ends(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    Letter.objects.filter(pk=letter.pk).update(
        state=Letter.SENDING, attempts=1, due_at=clock.wall() + sending.LEASE
    )
    assert sending.send_waiting() == 0
    make_due(letter)
    assert sending.send_waiting() == 1
    assert len(post_office.got) == 1


def test_after_many_tries_a_letter_is_failed_and_shown(
    business: Business, post_office: PostOffice
) -> None:
    letter = write_one(business)
    Letter.objects.filter(pk=letter.pk).update(attempts=sending.MAX_ATTEMPTS - 1)
    post_office.refuses = "451 come back later"
    sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.FAILED


@pytest.mark.parametrize("address", ["two@a.example, three@b.example", "ä@ö.example"])
def test_an_address_no_mail_can_reach_is_given_up(
    business: Business, post_office: PostOffice, address: str
) -> None:
    letter = write_one(business, recipient=address)
    sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.FAILED
    assert post_office.got == []


def test_without_a_mail_server_a_letter_waits(business: Business, post_office: PostOffice) -> None:
    letter = write_one(business)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smtplib.SMTP.connect", _no_route)
        sending.send_now(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.QUEUED


def _no_route(*_: object) -> None:
    raise ConnectionRefusedError


def test_the_same_cause_brings_one_letter(business: Business) -> None:
    assert write_one(business).pk == write_one(business).pk
    assert write_one(business, cause="evt_2").pk != write_one(business).pk
    assert Letter.objects.count() == 2
