"""Reading pages as a client does that keeps no cookie and runs no script."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

SECONDS = 20


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The links of a page, each with its words, and its forms with what stands in them."""

    def __init__(self, address: str, status: int, html: str) -> None:
        super().__init__()
        self.address, self.status, self.html = address, status, html
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._href: str | None = None
        self._words = ""
        self.feed(html)

    def leads_to(self, end: str, word: str) -> bool:
        """Whether a link whose words hold this word leads to an address with this end."""
        return any(
            urlsplit(href).path.endswith(end) and word in words.lower()
            for href, words in self.links
        )

    def form_to(self, end: str) -> Form | None:
        """The first form that sends to an address with this end."""
        return next((f for f in self.forms if urlsplit(f.action).path.endswith(end)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self._href, self._words = given["href"], ""
        elif tag == "form":
            self.forms.append(Form(urljoin(self.address, given.get("action", ""))))
        elif tag in ("input", "textarea") and self.forms and given.get("name"):
            left_out = given.get("type") in ("radio", "checkbox") and "checked" not in given
            if not left_out:
                self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.links.append((self._href, " ".join(self._words.split())))
            self._href = None


class Visitor:
    """Asks each time as if it were the first: without cookies, and in English."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def get(self, path: str, *, cookie: str = "") -> Page:
        """`cookie` is for a page that only its owner may see."""
        return self._page("GET", path, {"cookie": cookie} if cookie else {}, None)

    def send(self, form: Form, **told: str) -> Page:
        """The form with what is told in its fields; the page it leads to."""
        return self._page("POST", form.action, {}, form.fields | told)

    def text(self, path: str) -> str:
        return self._ask("GET", path, {}, None).text

    def _page(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None
    ) -> Page:
        answer = self._ask(method, path, headers, data)
        if answer.is_redirect:
            return self._page("GET", answer.headers["location"], headers, None)
        return Page(str(answer.url), answer.status_code, answer.text)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None
    ) -> httpx.Response:
        return httpx.request(
            method,
            urljoin(self.origin, path),
            headers={"accept-language": "en"} | headers,
            data=data,
            timeout=SECONDS,
            trust_env=False,
        )
