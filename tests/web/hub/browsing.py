"""A visitor of one business: cookies of his own, forgery tokens checked, on the main host."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from wainwright.accounts.models import Business
from wainwright.customers.models import Customer
from wainwright.hub import sessions

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser(Client):
    def __init__(self, business: Business) -> None:
        headers = {"host": "127.0.0.1", "accept-language": "en"}
        super().__init__(enforce_csrf_checks=True, headers=headers)
        self.business = business
        self.token = ""

    def see(self, path: str, **query: str) -> HttpResponse:
        return self.get(self._at(path), query)

    def send(self, path: str, **fields: str) -> HttpResponse:
        """Posts a form of the page seen last."""
        return self.post(self._at(path), {"csrfmiddlewaretoken": self.token, **fields})

    def enter(self, customer: Customer) -> None:
        """Signed in, and on the first page."""
        token = sessions.start(customer, agent="a test")
        self.cookies[sessions.cookie_name(self.business)] = token
        self.see("/hub/")

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if not response.streaming:
            found = _TOKEN.search(text(response))
            self.token = found[1] if found else self.token
        return response

    def _at(self, path: str) -> str:
        return path if path.startswith("/b/") else f"/b/{self.business.slug}{path}"


def text(response: HttpResponse) -> str:
    return response.content.decode(errors="replace")


def words(response: HttpResponse) -> str:
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(response)).replace("\xa0", " ").split())
