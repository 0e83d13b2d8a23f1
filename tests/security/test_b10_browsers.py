"""B10: what browsers are told with every answer, on every route, and that nobody frames us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client
from playwright.sync_api import Browser

from tests import cast
from tests.security.poisoned import poisoned, sign_in
from tests.server import Server
from tests.web import callers
from wainwright.proving.access import rows
from wainwright.proving.asking import body_for, tries
from wainwright.web.security import HEADERS

OUTSIDE = {"//elsewhere.example/", "/b/nobody/", "/static/css/all.css", "/static/none", "/nothing"}


@pytest.fixture
def visitor(db: None) -> Client:
    cast.assemble()
    return Client(headers={"host": "127.0.0.1"})


def policy(headers: Mapping[str, str]) -> dict[str, list[str]]:
    said = headers["Content-Security-Policy"]
    parts = [part.split() for part in said.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def paths() -> list[str]:
    """Every route, with something in its gaps, and answers that come before any route."""
    here = {re.sub(r"<[^>]+>", "x_1", row.route) for row in rows()}
    known = {f"/{path.lstrip('/')}" for path in here if not path.startswith("testgateway")}
    return sorted(known | OUTSIDE)


def guarded(headers: Mapping[str, str], path: str) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
    assert {name: headers[name] for name in HEADERS} == HEADERS, path
    rules = policy(headers)
    assert rules["default-src"] == ["'none'"], path
    assert "unsafe" not in headers["Content-Security-Policy"], path
    assert set(rules.get("script-src", [])) <= {"'self'"}, path
    if "sandbox" not in rules:
        assert rules["frame-ancestors"] == ["'none'"], path
        assert rules["base-uri"] == ["'none'"], path
        assert rules["object-src"] == ["'none'"], path


@pytest.mark.slow
def test_every_answer_has_every_guard(visitor: Client) -> None:
    for path in paths():
        host = "elsewhere.example" if path.startswith("//") else "127.0.0.1"
        ask = visitor.head if path.startswith("/static/") else visitor.get  # a file stays open
        answer = ask("/" if path.startswith("//") else path, headers={"host": host})
        guarded(answer.headers, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ann", "ada"])
def test_every_page_and_act_of_staff_and_buyers_has_every_guard(db: None, name: str) -> None:
    """What the table of access opens to them, asked of things that are there."""
    world = callers.assemble()
    told = set()
    for row in rows():
        for each in tries(row, world):
            if each.caller.name == name and each.told in ("page", "file", "done", "bad"):
                body = body_for(row, each) if row.method == "POST" else None
                with callers.taken_back():
                    answer = each.caller.ask(row.method, each.path, body)
                guarded(answer.headers, f"{row.method} {each.path}")
                told.add((row.method, answer.told))
                break
    assert told >= {("GET", "page"), ("GET", "file"), ("POST", "done"), ("POST", "bad")}


def test_the_gateways_page_has_every_guard_too(visitor: Client) -> None:
    answer = visitor.get("/", headers={"host": "testgateway.localhost"})
    assert policy(answer.headers)["frame-ancestors"] == ["'none'"]
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.slow
@pytest.mark.browser
def test_t_click_no_page_can_be_framed(chromium: Browser, tmp_path: Path) -> None:
    """Not even by a neighbour to whom the browser brings every cookie."""
    with Server(tmp_path / "data") as server:
        world = poisoned(server)
        page = chromium.new_page()
        sign_in(page, server, world)
        framed = ["accounts/login/", "dashboard/", "hub/", world["hub"][-1]]
        framed += world["pages"][:7]  # the public pages, a checkout, its thanks
        addresses = [f"{server.base_url}/{path}" for path in framed] + [world["card"]]
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
        with Frames(addresses) as frames:
            page.goto(frames.url, wait_until="load")
            for _look in range(200):  # the news of a refused frame may come after the page's own
                shown = [frame.url for frame in page.frames if frame != page.main_frame]
                if all(shown):
                    break
                page.wait_for_timeout(50)
        page.context.close()
    assert len(shown) == len(addresses)
    assert all(url.startswith("chrome-error:") for url in shown), shown


class Frames:
    """Somebody else's page that frames ours."""

    def __init__(self, addresses: list[str]) -> None:
        body = "".join(f'<iframe src="{address}"></iframe>' for address in addresses).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def __enter__(self) -> Frames:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
