"""What goes out: one recipient, honest headers, nothing smuggled in."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.core import clock, events
from wainwright.letters import message
from wainwright.letters.models import Letter
from wainwright.letters.rendering import one_line, spoken
from wainwright.letters.writing import write

pytestmark = pytest.mark.django_db


def built(letter: Letter) -> EmailMessage:
    """The message as a reader's program sees it."""
    raw = message.build(letter).message(policy=email.policy.SMTP).as_bytes()
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def a_letter(business: Business, subject: str = "Hello") -> Letter:
    return Letter.objects.create(  # type: ignore[no-any-return]
        public_id="ltr_1",
        business=business,
        kind="paused",
        cause="evt_1",
        recipient="ada@buyer.example",
        language="en",
        subject=subject,
        text="text",
        html="<p>html</p>",
        created_at=clock.now(),
        due_at=clock.wall(),
    )


@pytest.mark.parametrize(
    "name", ['Ada\'s "Shop" <x@y.example>', "אבג 🎻", "A\r\nBcc: eve@evil.example"]
)
def test_the_business_s_name_stands_at_one_address(business: Business, name: str) -> None:
    business.name = name
    mail = built(a_letter(business))
    (sender,) = mail["From"].addresses
    assert sender.addr_spec == "receipts@localhost"
    assert sender.display_name == one_line(name)
    assert mail["Bcc"] is None


def test_a_business_s_own_sender_and_support_address_are_used(business: Business) -> None:
    business.sender_email, business.support_email = "shop@ann.example", "help@ann.example"
    mail = built(a_letter(business))
    assert mail["From"].addresses[0].addr_spec == "shop@ann.example"
    assert mail["Reply-To"].addresses[0].addr_spec == "help@ann.example"


def test_the_message_id_carries_the_stored_host(business: Business) -> None:
    business.host = "shop.ann.example"
    assert built(a_letter(business))["Message-ID"] == "<ltr_1@shop.ann.example>"


def test_both_parts_are_there_and_nothing_is_loaded_from_elsewhere(business: Business) -> None:
    buy(make_price(make_product(business)))
    events.deliver_waiting()
    mail = built(Letter.objects.get())
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "<img" not in html.get_content()
    assert "src=" not in html.get_content()


def test_an_invoice_is_attached_under_its_number(business: Business) -> None:
    order = buy(make_price(make_product(business))).order
    events.deliver_waiting()
    (pdf,) = built(Letter.objects.get()).iter_attachments()
    assert pdf.get_filename() == f"TEST-{order.placed_at.year}-0001.pdf"
    assert pdf.get_content().startswith(b"%PDF-")


def test_a_line_break_never_reaches_a_subject(business: Business) -> None:
    letter = write(
        kind="statement_alert",
        cause="evt_2",
        recipient="ann@agency.example\r\nBcc: eve@evil.example",
        customer=None,
        business=business,
        language="en",
        context={
            "statement": {"kind": "cancel", "received_at": clock.wall()},
            "declaration": [],
            "received_iso": "",
            "zone": "UTC",
        },
    )
    assert "\n" not in letter.recipient
    assert one_line("a\r\nb\x00c\u2028d") == "a b c d"


def test_a_language_we_do_not_speak_falls_back(settings: object) -> None:
    assert [spoken(code) for code in ("de", "de-at", "fr", "", "../../etc")] == [
        "de",
        "de",
        "en",
        "en",
        "en",
    ]
