"""The letter that lets a customer in: sent with its secrets, kept without them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.letters.conftest import PostOffice
from wainwright.accounts.models import Business
from wainwright.core import clock
from wainwright.customers.finding import Contact, find_or_create
from wainwright.letters import sending
from wainwright.letters.entrance import NotSent, send_access_letter
from wainwright.letters.models import Letter

pytestmark = pytest.mark.django_db

LINK, CODE = "http://127.0.0.1:8000/l/a-secret-token/", "SECR-ETCO"


@dataclass
class Asked:
    public_id: str = "acq_1"
    language: str = "en"


def send(business: Business, link: str = LINK, *, seller_sent: bool = False) -> Letter:
    return send_access_letter(
        access_request=Asked(),
        customer=find_or_create(business.pk, Contact(email="ada@buyer.example")),
        business=business,
        link=link,
        code=CODE,
        seller_sent=seller_sent,
    )


@pytest.mark.parametrize("seller_sent", [False, True])
def test_the_reader_gets_link_and_code_and_we_keep_neither(
    business: Business, post_office: PostOffice, seller_sent: bool
) -> None:
    letter = send(business, seller_sent=seller_sent)
    letter.refresh_from_db()
    body = post_office.got[0].get_body(("plain",))
    assert body is not None
    assert LINK in body.get_content()
    assert CODE in body.get_content()
    kept = " ".join(str(value) for value in vars(letter).values())
    assert letter.state == Letter.SENT
    assert "•••" in letter.text
    assert "secret" not in kept
    assert CODE not in kept


def test_what_a_seller_sent_says_so(business: Business, post_office: PostOffice) -> None:
    letter = send(business, seller_sent=True)
    assert letter.subject == "Agency sends you the way to your purchases"
    assert "You did not ask for this letter" in letter.text


def test_after_a_failure_what_was_minted_anew_goes_out_as_another_message(
    business: Business, post_office: PostOffice
) -> None:
    post_office.drops = True
    with pytest.raises(NotSent):
        send(business)
    assert Letter.objects.get().state == Letter.FAILED
    post_office.drops = False
    send(business, "http://127.0.0.1:8000/l/another/")
    assert Letter.objects.get().state == Letter.SENT
    first, second = post_office.got
    assert first["Message-ID"] != second["Message-ID"]


def test_the_sweep_never_sends_a_blanked_letter(
    business: Business, post_office: PostOffice
) -> None:
    send(business)
    Letter.objects.update(state=Letter.SENDING, due_at=clock.wall() - sending.LEASE)
    assert sending.send_waiting() == 0
    assert len(post_office.got) == 1
