"""People at a browser, who ask again until they are answered, and all that was promised to them.

A request that brings no answer, or a 5xx, is made again as a person would: at another server, with
the same form. What a 2xx or 3xx told them is a promise that must hold for ever.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from tests.faults.fleet import Fleet

SECONDS_OF_PATIENCE = 120
GATEWAY_AWAY = "The payment page cannot be reached just now"
ACCEPTED, REFUSED = {303}, {303, 400, 409}
VISA, MASTERCARD = "4242424242424242", "5555555555554444"


@dataclass
class Promises:
    """What was told to buyers and seller."""

    paid: dict[str, str] = field(default_factory=dict)  # e-mail -> the gateway's page
    thanked: dict[str, str] = field(default_factory=dict)  # e-mail -> order
    received: dict[str, str] = field(default_factory=dict)  # form -> statement
    paused: set[str] = field(default_factory=set)  # subscriptions
    resumed: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    stayed: set[str] = field(default_factory=set)  # after they had left
    moved: set[str] = field(default_factory=set)  # to another card
    refunded: dict[str, str] = field(default_factory=dict)  # form -> payment
    bought_once: list[str] = field(default_factory=list)  # orders
    answered: int = 0  # requests
    refused: int = 0  # requests that were answered 5xx, or not at all
    broken: list[str] = field(default_factory=list)  # answers nobody should get


class PageClosed(Exception):
    """The gateway's page is for today only."""


class Visitor:
    """A browser with its cookies, closed when the block ends."""

    def __init__(self, fleet: Fleet, promises: Promises, chance: random.Random) -> None:
        self.fleet, self.promises, self.chance = fleet, promises, chance
        self.web = httpx.Client(timeout=45, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.web.close()

    def get(self, address: str) -> httpx.Response:
        answer = self._ask("GET", address, None)
        assert answer.status_code < 400, f"{address}: {answer.status_code} {words(answer)}"
        return answer

    def post(
        self, address: str, form: dict[str, str], answers: set[int] = ACCEPTED
    ) -> httpx.Response:
        answer = self._ask("POST", address, form)
        assert answer.status_code in answers, f"{address}: {answer.status_code} {words(answer)}"
        return answer

    def type_card(self, page: str, number: str) -> httpx.Response:
        """Types it at the gateway's page, which leads back."""
        card = {"number": number, "expiry": "12/40", "cvc": "123"}
        return self.post(page, fields(self.get(page)) | card)

    def follow(self, answer: httpx.Response, page: str) -> tuple[httpx.Response, str]:
        """Where the answer leads to, at last, and its address."""
        while "location" in answer.headers:
            page = urljoin(page, answer.headers["location"])
            answer = self.get(page)
        return answer, page

    def _ask(self, method: str, address: str, form: dict[str, str] | None) -> httpx.Response:
        """The first answer that is none of trouble, from whichever server has one."""
        deadline = time.monotonic() + SECONDS_OF_PATIENCE
        parts = urlsplit(address)
        host = parts.netloc or "127.0.0.1"
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        while True:
            port = self.fleet.any_port(self.chance)
            try:
                answer = self.web.request(
                    method, f"http://127.0.0.1:{port}{path}", data=form, headers={"Host": host}
                )
                if answer.status_code == 410:
                    self.promises.answered += 1
                    raise PageClosed
                if GATEWAY_AWAY in answer.text:
                    raise httpx.TransportError(GATEWAY_AWAY)
                if answer.status_code < 500:
                    self.promises.answered += 1
                    return answer
                if answer.status_code == 500:
                    self.promises.broken.append(f"{path}: 500 {words(answer)}")
            except httpx.TransportError:
                pass
            self.promises.refused += 1
            assert time.monotonic() < deadline, f"{path}: no answer for {SECONDS_OF_PATIENCE} s"
            time.sleep(0.1)


def fields(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page's form, as a browser would send them."""
    found = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page.text)
    named = {}
    for tag in found:
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        named[attributes["name"]] = attributes.get("value", "")
    return named


def words(answer: httpx.Response) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return " ".join(text.split())[:300]
