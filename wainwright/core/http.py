"""The HTTP client that adapters get: bounded in time and size, silent about secrets.

HttpError
├── NotSent     no connection was made: the other side saw nothing
└── NoAnswer    the request may have arrived, but no whole answer came back
"""

from __future__ import annotations

import json as jsonlib
import logging
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Self

# Where rich is installed, httpx loads a command of its own with it: 6 MB in every process.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

from wainwright.core import clock  # noqa: E402

TIMEOUT = 10.0
MAX_ANSWER = 1_000_000

# Both write whole addresses or headers into the log, where a key could stand in them.
for _talkative in ("httpx", "httpcore"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)
logger = logging.getLogger(__name__)


class HttpError(Exception):
    """No usable answer. The message names the host and path, never a query, header or body."""


class NotSent(HttpError):
    """The connection failed; nothing of the request left."""


class NoAnswer(HttpError):
    """Sent, wholly or in part, and then silence, a break, or an answer beyond the bounds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of any status. Redirects are answers like any other and never followed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> object:
        """The body as JSON; raises ValueError for anything else."""
        value: object = jsonlib.loads(self.body)
        return value


class Http:
    """A client for one other party.

    No wait is longer than `timeout` seconds, nor is the reading of a whole body, which holds at
    most `max_answer` bytes. Proxies and passwords of the environment are not read, cookies not
    kept. Tests hand in a `transport`. Safe for several threads; close it, or use it in a `with`.
    """

    def __init__(
        self,
        base_url: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = TIMEOUT,
        max_answer: int = MAX_ANSWER,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_answer = max_answer
        self._auth = httpx.BasicAuth(*auth) if auth else None
        self._base_url = base_url
        self._headers = headers or {}
        self._transport = transport

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Sends one request once, never twice. Raises NotSent or NoAnswer."""
        request = self._client.build_request(
            method, url, params=params, headers=headers, json=json, data=form, content=content
        )
        place = f"{method} {request.url.host}{request.url.path}"
        deadline = clock.monotonic() + self._timeout
        try:
            answer = self._exchange(request, deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{place}: no connection ({type(error).__name__})") from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise NotSent(f"{place}: cannot be asked ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise NoAnswer(f"{place}: no answer ({type(error).__name__})") from None
        except _BeyondBounds as error:
            raise NoAnswer(f"{place}: {error}") from None
        finally:
            self._client.cookies.clear()
        logger.debug("%s answered %s", place, answer.status)
        return answer

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return self.request("GET", url, params=params, headers=headers)

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        return self.request("POST", url, headers=headers, json=json, form=form, content=content)

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made for the first request: often there is nothing to ask."""
        return httpx.Client(
            base_url=self._base_url,
            # An answer that unpacks to a thousand times its size would slip through the bound.
            headers={"User-Agent": "Wainwright", "Accept-Encoding": "identity", **self._headers},
            timeout=self._timeout,
            follow_redirects=False,
            trust_env=False,
            verify=_trusted(),
            transport=self._transport,
        )

    def _exchange(self, request: httpx.Request, deadline: float) -> Answer:
        response = self._client.send(request, stream=True, auth=self._auth)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._max_answer:
                    raise _BeyondBounds(f"the answer is larger than {self._max_answer} bytes")
                if clock.monotonic() > deadline:
                    raise _BeyondBounds(f"the answer took longer than {self._timeout:g} seconds")
            return Answer(response.status_code, response.headers, bytes(body))
        finally:
            response.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed. Reading them takes longer than many a request."""
    return httpx.create_ssl_context(trust_env=False)


class _BeyondBounds(Exception):
    pass
