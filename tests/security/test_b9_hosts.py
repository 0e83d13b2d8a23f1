"""B9: no header decides which address a letter names, and unknown hosts get nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from django.core import mail
from django.test import Client
from django_ox.testing import run_tasks

from tests import cast
from tests.server import Server
from wainwright.accounts.models import Business
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import Contact, find_or_create

EVIL = "evil.example"
TRICKS = {
    "another host": [f"Host: {EVIL}"],
    "forwarded host": ["Host: {own}", f"X-Forwarded-Host: {EVIL}"],
    "x-host": ["Host: {own}", f"X-Host: {EVIL}"],
    "forwarded": ["Host: {own}", f"Forwarded: host={EVIL};proto=https"],
    "forwarded proto and port": ["Host: {own}", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1"],
    "two hosts": ["Host: {own}", f"Host: {EVIL}"],
    "two hosts, ours last": [f"Host: {EVIL}", "Host: {own}"],
    "host as a port": [f"Host: 127.0.0.1:@{EVIL}"],
    "host as a user": [f"Host: {EVIL}@127.0.0.1"],
    "host behind a space": [f"Host: 127.0.0.1 {EVIL}"],
    "another port": ["Host: 127.0.0.1:1"],
    "x-original-url": ["Host: {own}", f"X-Original-URL: http://{EVIL}/"],
}


# Several, because each may ask for a few letters a minute only.
PEOPLE = {f"acme{number}": f"al{number}@acme.example" for number in range(4)}


@pytest.fixture
def visitor(db: None) -> Client:
    cast.assemble()
    return Client()


@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"x.{EVIL}",
        "127.0.0.1.evil.example",
        "localhost:@evil.example",
        f"{EVIL}@localhost",
        "localhost:evil",
        "localhost evil.example",
        "localhost/evil",
        "[::1]",
        "",
        "*",
        ".",
    ],
)
def test_t_host_an_unknown_host_gets_421_and_not_a_word(visitor: Client, host: str) -> None:
    answer = visitor.get("/", headers={"host": host})
    assert (answer.status_code, answer.content) == (421, b"")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "127.0.0.1:8000"])
def test_our_own_names_are_known_in_any_spelling(visitor: Client, host: str) -> None:
    assert visitor.get("/updateinfo/", headers={"host": host}).status_code == 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("hosts") / "data") as server:
        for slug, email in PEOPLE.items():
            server.run("createaccount", "--slug", slug, "--email", email, "--name", "Acme")
        yield server


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stored", "own"),
    [
        (None, "127.0.0.1"),
        ("courses.example", "127.0.0.1"),
        ("courses.example", "courses.example"),
    ],
)
def test_t_host_the_way_into_a_hub_always_carries_the_stored_address(
    db: None, stored: str | None, own: str
) -> None:
    """Of a business with a host of its own, and of one without; asked at either host."""
    people = cast.assemble()
    with scope(people.account.pk, TEST):
        Business.objects.filter(pk=people.client.pk).update(host=stored)
        door = "/updateinfo/" if own == stored else "/b/cleo/updateinfo/"
        for number, trick in enumerate(TRICKS.values()):
            buyer = f"buyer{number}@buyer.example"
            find_or_create(people.client.pk, Contact(buyer))
            named = dict(line.format(own=own).split(": ", 1) for line in trick)
            Client().post(door, {"email": buyer}, headers=named)
    run_tasks()
    links = {link for letter in mail.outbox for link in re.findall(r"https?://\S+", letter.body)}
    home = f"http://{stored}/" if stored else "http://127.0.0.1:8000/b/cleo/"
    assert links
    assert all(link.startswith(home) for link in links), links


def raw(server: Server, line: str, headers: list[str], body: str, peer: str = "127.0.0.1") -> bytes:
    """The answer to a request written byte by byte, as no client library would."""
    head = [line, *headers, "Content-Type: application/x-www-form-urlencoded"]
    head += [f"Content-Length: {len(body)}", "Connection: close", "", body]
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=10, source_address=(peer, 0)) as line_to:
        line_to.sendall("\r\n".join(head).encode())
        answer = b""
        while part := line_to.recv(65536):
            answer += part
    return answer


def ask_for_a_password(server: Server, who: str, line: str, headers: list[str]) -> bytes:
    """Posts the form that sends a letter with a link, the token taken from an honest visit."""
    own = server.base_url.removeprefix("http://")
    with httpx.Client() as honest:
        honest.get(f"{server.base_url}/accounts/password/reset/")
        token = honest.cookies["csrftoken"]
    cookies = [f"Cookie: csrftoken={token}"]
    body = f"csrfmiddlewaretoken={token}&email={quote(who)}"
    return raw(server, line, [header.format(own=own) for header in headers] + cookies, body)


@pytest.mark.slow
def test_t_host_letters_always_carry_the_stored_address(server: Server) -> None:
    post = "POST /accounts/password/reset/ HTTP/1.1"
    own = "Host: {own}"
    lines = [(post, headers) for headers in TRICKS.values()]
    lines += [
        (f"POST http://{EVIL}/accounts/password/reset/ HTTP/1.1", [own]),
        (f"POST http://{EVIL}/accounts/password/reset/ HTTP/1.1", [f"Host: {EVIL}"]),
        (f"POST //{EVIL}/accounts/password/reset/ HTTP/1.1", [own]),
    ]
    lines.append((post, [own]))
    for (line, headers), who in zip(lines, cycle(PEOPLE.values()), strict=False):
        answer = ask_for_a_password(server, who, line, headers)
        assert EVIL.encode() not in answer, (line, headers)
        assert b" 429 " not in answer[:20]
    assert b" 302 " in answer[:20]
    assert server.mail(who)
    for letter in server.mails():
        links = re.findall(r"https?://[^/\s]+", str(letter))
        assert links
        assert set(links) == {server.base_url}


@pytest.mark.slow
def test_only_a_trusted_proxy_says_that_https_was_spoken(tmp_path: Path) -> None:
    """Where it was, browsers are told to insist on it for a year."""
    https = {"WAINWRIGHT_URL": "https://127.0.0.1", "WAINWRIGHT_TRUSTED_PROXIES": "127.0.0.1"}
    told = "strict-transport-security: max-age=31536000"
    with Server(tmp_path / "data", **https) as server:
        for peer, trusted in (("127.0.0.1", True), ("127.0.0.2", False)):
            for header in ("X-Forwarded-Proto: https", "X_Forwarded_Proto: https", "X-Proto: 1"):
                ask = ["Host: 127.0.0.1", header]
                answer = raw(server, "GET /accounts/login/ HTTP/1.1", ask, "", peer).decode()
                assert answer.startswith("HTTP/1.1 200 ")
                assert (told in answer) == (trusted and "Forwarded" in header), (peer, header)
