"""Buyers who place orders over HTTP and note down all that was promised to them.

A request that brings no answer, or a 5xx, is made again as a person would: at another server, with
the same form. What a 2xx or 3xx told them is a promise that must hold for ever.
"""

from __future__ import annotations

import random
import re
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from tests.faults.fleet import Fleet
from tests.faults.inside import SLUG

SECONDS_OF_PATIENCE = 120
GATEWAY_AWAY = "The payment page cannot be reached just now"
CARD = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}


@dataclass
class Promises:
    """What was told to the buyers."""

    paid: dict[str, str] = field(default_factory=dict)  # e-mail -> the gateway's page
    thanked: dict[str, str] = field(default_factory=dict)  # e-mail -> order
    received: dict[str, str] = field(default_factory=dict)  # form -> statement
    answered: int = 0  # requests
    refused: int = 0  # requests that were answered 5xx, or not at all
    broken: list[str] = field(default_factory=list)  # answers nobody should get


class PageClosed(Exception):
    """The gateway's page is for today only."""


class Crowd:
    """`with Crowd(fleet, seed) as crowd:` lets them buy until the block ends; it then waits until
    each of them has finished what he was at."""

    def __init__(self, fleet: Fleet, seed: int, *, people: int = 3, pause: float = 0.1) -> None:
        self.promises = Promises()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._live, args=(fleet, f"{seed}-{n}", pause), name=f"buyer{n}"
            )
            for n in range(people)
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(2 * SECONDS_OF_PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a buyer still waits"

    def _live(self, fleet: Fleet, seed: str, pause: float) -> None:
        chance = random.Random(seed)
        count = 0
        while not self._over.is_set():
            count += 1
            buyer = Buyer(fleet, self.promises, chance, f"{seed}-{count}@buyer.example")
            try:
                buyer.buys()
                if chance.random() < 0.2:
                    buyer.cancels()
            except Exception as error:
                self.promises.broken.append(f"{buyer.email}: {type(error).__name__}: {error}")
            finally:
                buyer.web.close()
            self._over.wait(pause)


class Buyer:
    def __init__(self, fleet: Fleet, promises: Promises, chance: random.Random, email: str) -> None:
        self.fleet, self.promises, self.chance, self.email = fleet, promises, chance, email
        self.web = httpx.Client(timeout=45, follow_redirects=False, trust_env=False)
        self.form_key = secrets.token_urlsafe(24)

    def buys(self) -> None:
        """Begins anew where the gateway's page ran out while the days turned."""
        while True:
            with suppress(PageClosed):
                return self._buys()

    def _buys(self) -> None:
        """Once or by the day; one of four closes the browser as soon as he has paid."""
        product = f"/b/{SLUG}/checkout/{self.fleet.shop['product']}/"
        price = self.fleet.shop["daily" if self.chance.random() < 0.4 else "once"]
        form = fields(self._get(product)) | {"email": self.email, "name": "Ada Byron"}
        page = self._post(product, form | {"price": price}).headers["location"]
        answer = self._post(page, fields(self._get(page)) | CARD)
        self.promises.paid[self.email] = page
        if self.chance.random() < 0.25:
            return
        while "location" in answer.headers:
            page = urljoin(page, answer.headers["location"])
            answer = self._get(page)
        assert "Thank you, your order stands" in answer.text, words(answer)
        self.promises.thanked[self.email] = page.rstrip("/").rpartition("/")[2]

    def cancels(self) -> None:
        """At the legal desk, which knows nobody and takes every statement."""
        said = {"name": "Ada", "contract": "Studio", "email": self.email, "form_key": self.form_key}
        receipt = self._post(f"/b/{SLUG}/cancel/", said).headers["location"]
        self.promises.received[self.form_key] = receipt.partition("?")[0].rstrip("/").split("/")[-1]

    def _get(self, address: str) -> httpx.Response:
        return self._ask("GET", address, None)

    def _post(self, address: str, form: dict[str, str]) -> httpx.Response:
        answer = self._ask("POST", address, form)
        assert answer.status_code == 303, f"{address}: {answer.status_code} {words(answer)}"
        return answer

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
                    assert answer.status_code < 400, f"{path}: {answer.status_code} {words(answer)}"
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
