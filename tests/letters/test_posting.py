"""A mail server that is away, stalls or cuts the line holds up no other letter and doubles none."""

from __future__ import annotations

import smtplib
import time
from datetime import timedelta

import pytest

from tests.letters.conftest import PostOffice
from tests.letters.test_sending import make_due, write_one
from wainwright.accounts.models import Business
from wainwright.letters import posting, sending
from wainwright.letters.models import Letter

pytestmark = pytest.mark.django_db


def write_to(business: Business, *people: str) -> list[Letter]:
    return [write_one(business, f"evt_{who}", f"{who}@buyer.example") for who in people]


def states() -> dict[str, tuple[str, int]]:
    """Each letter's state and how often it was tried."""
    rows = Letter.objects.values_list("recipient", "state", "attempts")
    return {recipient.partition("@")[0]: (state, tries) for recipient, state, tries in rows}


@pytest.mark.slow
def test_a_server_that_stalls_costs_one_timeout_and_not_one_a_letter(
    business: Business, post_office: PostOffice
) -> None:
    write_to(business, "ada", "ben", "cid", "dot")
    post_office.stalls = "DATA"
    began = time.monotonic()
    sending.send_waiting()
    assert time.monotonic() - began < 3
    assert posting.is_away()
    assert states() == {
        "ada": (Letter.QUEUED, 1),
        "ben": (Letter.QUEUED, 0),
        "cid": (Letter.QUEUED, 0),
        "dot": (Letter.QUEUED, 0),
    }


def test_while_a_server_rests_nothing_is_tried_and_then_all_go_out(
    business: Business, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = write_to(business, "ada", "ben")
    with monkeypatch.context() as patch:
        patch.setattr("smtplib.SMTP.connect", _refuse)
        sending.send_waiting()
    assert not sending.send_now(letters[1].pk)
    assert post_office.got == []
    monkeypatch.setattr(posting, "SECONDS_OF_REST", 0)
    posting._rests_until.clear()
    make_due(letters[0])
    assert sending.send_waiting() == 2
    assert set(states().values()) == {(Letter.SENT, 2), (Letter.SENT, 1)}


def _refuse(*_: object) -> None:
    raise ConnectionRefusedError


def test_a_line_cut_after_one_letter_holds_up_no_other(
    business: Business, post_office: PostOffice
) -> None:
    write_to(business, "ada", "ben", "cid")
    post_office.drops, post_office.only_for = True, "ada@buyer.example"
    sending.send_waiting()
    assert states() == {
        "ada": (Letter.QUEUED, 1),
        "ben": (Letter.SENT, 1),
        "cid": (Letter.SENT, 1),
    }


@pytest.mark.slow
def test_a_server_that_took_the_letter_and_stalls_at_goodbye_is_not_given_it_again(
    business: Business, post_office: PostOffice
) -> None:
    (letter,) = write_to(business, "ada")
    post_office.stalls = "QUIT"
    assert sending.send_now(letter.pk)
    make_due(letter)
    assert sending.send_waiting() == 0
    assert len(post_office.got) == 1


def test_a_sender_frozen_past_his_lease_changes_nothing(
    business: Business, post_office: PostOffice
) -> None:
    (letter,) = write_to(business, "ada")
    frozen = sending._claim(letter.pk)
    assert frozen is not None
    make_due(letter)
    assert sending.send_now(letter.pk)
    sending.put_off(frozen, smtplib.SMTPServerDisconnected("while it slept"))
    assert states() == {"ada": (Letter.SENT, 2)}
    letter.refresh_from_db()
    assert letter.error == ""


def test_a_sender_who_wakes_after_his_lease_sends_nothing(
    business: Business, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter,) = write_to(business, "ada")
    monkeypatch.setattr(sending, "LEASE", timedelta(0))
    assert not sending.send_now(letter.pk)
    assert post_office.got == []
    assert states() == {"ada": (Letter.SENDING, 1)}
