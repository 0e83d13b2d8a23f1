"""Whoever calls at the shop over the web: his requests pass through the whole product.

Only the network between is left out. The forgery guard of forms is asleep, as Django's client for
tests lays it: pages are looked at, then their button is pressed.
"""

from __future__ import annotations

from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from django.test import Client
from django.utils.http import urlencode

from wainwright.accounts.models import Business
from wainwright.customers.models import Customer
from wainwright.hub import sessions

HOST = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"


class OutOfOrder(Exception):
    """The shop could not answer: what was asked for was perhaps done, perhaps not."""


class Answer:
    """What came back of a request."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.leads_to: str = response.headers.get("Location", "")

    @property
    def is_page(self) -> bool:
        """A page with something to press, and not one that leads elsewhere or refuses."""
        return self.status == 200


class Visitor:
    """A browser at one business's pages, signed in to the hub of a customer or to none."""

    def __init__(self, business: Business, customer: Customer | None = None) -> None:
        self._business = business
        self._cookies = SimpleCookie()
        if customer is not None:
            cookie = sessions.start(customer, agent="a simulated browser")
            self._cookies[sessions.cookie_name(business)] = cookie

    def look(self, path: str) -> Answer:
        return self._ask("GET", path)

    def press(self, path: str, **fields: str) -> Answer:
        """Sends the form of a page."""
        return self._ask("POST", path, urlencode(fields).encode(), FORM)

    def tell(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Sends what one machine tells another."""
        return self._ask("POST", path, body, "application/json", headers)

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        kind: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        if not path.startswith("/"):
            path = f"/b/{self._business.slug}/{path}"
        headers = {**(headers or {}), "host": HOST, "accept-language": "en"}
        client = _client()
        client.cookies = self._cookies
        answer = Answer(client.generic(method, path, body, kind, headers=headers))
        if answer.status >= 500:
            raise OutOfOrder(str(answer.status))
        return answer


@cache
def _client() -> Client:
    """One for all, as to make its chain of middleware takes longer than many requests."""
    return Client(raise_request_exception=False)
