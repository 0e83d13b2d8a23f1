import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from wainwright.core.http import Http, NoAnswer, NotSent


class Other(BaseHTTPRequestHandler):
    """The other party: its path says how it behaves."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/away":
            return self.answer(302, b"", Location="/elsewhere")
        if path == "/large":
            return self.answer(200, b"x" * 5000)
        if path == "/silent":
            time.sleep(0.4)
            return None
        if path == "/drip":
            return self.drip()
        if path == "/cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        return self.answer(200, b'{"sums": [1, 2]}', **{"Set-Cookie": "a=b"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, f"{self.headers['Host']} {self.headers.get('Cookie')} ".encode() + body)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(20):
            try:
                self.wfile.write(b".")
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_answer_is_read_whole(other):
    with Http(other) as http:
        answer = http.get("/sums")
    assert answer.ok
    assert answer.json() == {"sums": [1, 2]}


def test_redirects_are_not_followed(other):
    with Http(other) as http:
        answer = http.get("/away")
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")


def test_an_answer_may_not_grow_beyond_the_bound(other):
    with Http(other, max_answer=4999) as http, pytest.raises(NoAnswer, match="larger than 4999"):
        http.get("/large")


@pytest.mark.parametrize("path", ["/silent", "/drip", "/cut"])
def test_a_request_without_a_whole_answer_in_time_may_have_arrived(other, path):
    with Http(other, timeout=0.2) as http, pytest.raises(NoAnswer):
        http.get(path)


def test_a_request_without_a_connection_was_not_sent():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with Http(f"http://127.0.0.1:{port}") as http, pytest.raises(NotSent):
            http.get("/")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "/nowhere"])
def test_only_http_is_spoken(url):
    with Http() as http, pytest.raises(NotSent):
        http.get(url)


def test_the_host_header_may_differ_from_the_place_and_cookies_are_not_kept(other):
    with Http(other) as http:
        http.get("/sums")
        answer = http.post("/", headers={"Host": "shop.localhost:8000"}, content=b"hello")
    assert answer.text == "shop.localhost:8000 None hello"


def test_a_transport_can_be_handed_in():
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, text=request.headers["authorization"])

    with Http("https://api.example", auth=("key", ""), transport=httpx.MockTransport(echo)) as http:
        assert http.post("/charges", form={"a": "b"}).text == "Basic a2V5Og=="


def test_secrets_stand_in_no_log_and_no_error(other, caplog):
    caplog.set_level(logging.DEBUG)
    with Http(other, headers={"Authorization": "Bearer sk_test_secret"}, timeout=0.2) as http:
        answer = http.request("GET", "/sums", params={"token": "sk_test_secret"})
        with pytest.raises(NoAnswer) as raised:
            http.request("GET", "/cut", params={"token": "sk_test_secret"})
    assert "answered 200" in caplog.text
    for text in (caplog.text, str(raised.value), repr(answer), repr(http)):
        assert "sk_test_secret" not in text
