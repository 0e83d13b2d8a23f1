"""One bench per gateway: its adapter, its vendor's server, and a buyer who does as he is told.

Amount, words and scenes are the suite's (test_gateways.py); a bench knows the vendor's cards.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Protocol

from wainwright.core import clock
from wainwright.core.money import Money
from wainwright.core.signatures import new_secret, sign
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways.base import (
    Buyer,
    Connection,
    Decline,
    Gateway,
    Intent,
    MethodRef,
    Outcome,
    Start,
    StartRequest,
)
from wainwright.payments.gateways.test.cards import CARDS
from wainwright.payments.gateways.test.worker import deliver_webhooks

EUROS = Money(2900, "EUR")


@dataclass
class Delivery:
    """A webhook as it came over the wire."""

    body: bytes
    headers: Mapping[str, str]
    url: str


class Inbox:
    """Our end of the webhooks: a real server that answers what it is told to."""

    def __init__(self) -> None:
        self.arrived: list[Delivery] = []
        self.status = 200
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.arrived.append(Delivery(body, dict(self.headers), self.path))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://shop.localhost:{self._server.server_port}/hooks/con_bench/"

    @contextmanager
    def open(self) -> Iterator[Inbox]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@dataclass
class Time:
    """A clock that the scene moves."""

    now: datetime = field(default_factory=clock.wall)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **much: float) -> None:
        self.now += timedelta(**much)


class Bench(Protocol):
    """What the suite needs to know of a vendor."""

    gateway: Gateway
    time: Time
    inbox: Inbox
    good_card: str
    other_card: str
    secured_card: str
    slow_card: str
    declines_now: Mapping[Decline, str]
    declines_later: Mapping[Decline, str]
    every_card: tuple[str, ...]

    def dispute(self, charge_ref: str) -> str:
        """The buyer's bank takes a charge back; the dispute's ref."""
        ...

    def decide(self, dispute_ref: str, *, won: bool) -> None:
        """The bank decides a dispute."""
        ...

    def pay(self, start: Start, card: str, *, passes: bool = True) -> Outcome:
        """The buyer uses a card on what was started, and answers his bank if it asks."""
        ...

    def stranger(self) -> Gateway:
        """The adapter of another seller at the same vendor."""
        ...

    def webhooks(self) -> list[Delivery]:
        """What the vendor delivers by now."""
        ...

    def resigned(self, delivery: Delivery, *, age: timedelta) -> Delivery:
        """The delivery, truly signed by the vendor, that long ago."""
        ...

    def rotate(self) -> None:
        """The seller has a new webhook secret, beside the one of before."""
        ...

    def forget_older(self) -> None:
        """Only the newest is his now."""
        ...

    def kept(self) -> bytes:
        """Everything that our side of the vendor's work left on the disk."""
        ...


class TestGatewayBench:
    """The Test gateway on a ledger of its own."""

    __test__ = False
    good_card = "4242424242424242"
    other_card = "5555555555554444"
    secured_card = "4000002500003155"
    slow_card = "4000000000007072"
    unrefundable_card = "4000000000005126"
    declines_now = {
        Decline.GENERIC: "4000000000000002",
        Decline.INSUFFICIENT_FUNDS: "4000000000009995",
        Decline.DO_NOT_RETRY: "4000000000009987",
        Decline.EXPIRED_CARD: "4000000000000069",
        Decline.INVALID_CARD: "4000000000000127",
        Decline.TRY_AGAIN: "4000000000000119",
        Decline.FRAUD_SUSPECTED: "4100000000000019",
    }
    declines_later = {
        Decline.GENERIC: "4000000000000341",
        Decline.INSUFFICIENT_FUNDS: "4000008260003178",
    }
    every_card = tuple(card.number for card in CARDS)

    def __init__(self, folder: Path, inbox: Inbox) -> None:
        self.inbox = inbox
        self.time = Time()
        self.folder = folder
        self.secret = new_secret()
        self.connection = Connection(
            id="con_bench",
            mode="test",
            secrets={"webhook": self.secret},
            webhook_url=inbox.url,
            base_urls={"page": "http://testgateway.localhost:8000"},
            settings={"ledger": str(folder / "testgateway.sqlite3")},
        )
        self.gateway = adapter("test", self.connection, clock=self.time)

    def pay(self, start: Start, card: str, *, passes: bool = True) -> Outcome:
        return self.gateway.pay_start(start.ref, card, passes=passes)

    def dispute(self, charge_ref: str) -> str:
        return self.gateway.dispute(charge_ref)

    def decide(self, dispute_ref: str, *, won: bool) -> None:
        self.gateway.decide(dispute_ref, won=won)

    def stranger(self) -> Gateway:
        return adapter("test", replace(self.connection, id="con_other"), clock=self.time)

    def webhooks(self) -> list[Delivery]:
        deliver_webhooks(self.connection.settings["ledger"])
        return self.inbox.arrived

    def resigned(self, delivery: Delivery, *, age: timedelta) -> Delivery:
        then = int((datetime.now(UTC) - age).timestamp())
        message_id = delivery.headers["webhook-id"]
        headers = {
            **delivery.headers,
            "webhook-timestamp": str(then),
            "webhook-signature": sign(self.secret, message_id, then, delivery.body),
        }
        return replace(delivery, headers=headers)

    def rotate(self) -> None:
        self._take(f"{self.gateway.new_webhook_secret()} {self.secret}")

    def forget_older(self) -> None:
        self._take(self.secret)

    def _take(self, secrets: str) -> None:
        self.secret = secrets.split()[0]
        self.connection = replace(self.connection, secrets={"webhook": secrets})
        self.gateway = adapter("test", self.connection, clock=self.time)

    def kept(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.folder.iterdir()))


BENCHES = {"test": TestGatewayBench}
_NUMBERS = count(1)


def asked(
    intent: Intent = Intent.PAY_AND_SAVE, amount: Money = EUROS, **more: object
) -> StartRequest:
    """What a checkout asks for, with a key of its own."""
    number = next(_NUMBERS)
    request = StartRequest(
        intent=intent,
        amount=Money.zero(amount.currency) if intent == Intent.SAVE_ONLY else amount,
        buyer=Buyer("ada@example.com", "Ada Byron", "GB"),
        key=f"pay_{number}",
        order_ref=f"cart_{number}",
        return_url="https://shop.example/checkout/back?cart=1",
        cancel_url="https://shop.example/checkout/",
        webhook_url="",
        statement="Studio Monthly",
    )
    return replace(request, **more)


def saved(bench: Bench, card: str) -> MethodRef:
    """A card saved without paying."""
    outcome = bench.pay(bench.gateway.start(asked(Intent.SAVE_ONLY)), card)
    assert outcome.method is not None
    return outcome.method
