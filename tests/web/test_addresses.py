"""A proxy is believed if it is one of ours, and what stands behind it is not."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from wainwright.web.addresses import ProxyMiddleware, client_ip

OURS = ["10.0.0.1", "10.0.0.2"]
FORWARDED = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Anything": "else",
}


def asked_by(peer: str, **headers: str) -> HttpRequest:
    """The request as views see it."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    ProxyMiddleware(view)(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))
    return seen[0]


def asker(peer: str, *hops: str) -> str:
    return client_ip(asked_by(peer, **{"X-Forwarded-For": ", ".join(hops)}))


@override_settings(TRUSTED_PROXIES=OURS)
def test_one_of_our_proxies_is_heard() -> None:
    request = asked_by("10.0.0.1", **FORWARDED)
    assert {name: request.headers.get(name) for name in FORWARDED} == FORWARDED


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.0.0.11", "", "127.0.0.1"])
@override_settings(TRUSTED_PROXIES=OURS)
def test_whoever_else_forwards_nothing(peer: str) -> None:
    request = asked_by(peer, **FORWARDED, **{"X-Other": "stays"})
    assert not FORWARDED.keys() & request.headers.keys()
    assert request.headers["X-Other"] == "stays"


@override_settings(
    TRUSTED_PROXIES=OURS, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")
)
def test_only_a_proxy_of_ours_makes_a_request_secure() -> None:
    assert asked_by("10.0.0.1", **FORWARDED).is_secure()
    assert not asked_by("192.0.2.1", **FORWARDED).is_secure()


@override_settings(TRUSTED_PROXIES=[])
def test_without_proxies_the_visitor_is_who_asks() -> None:
    assert asker("192.0.2.1", "198.51.100.9") == "192.0.2.1"
    assert asker("10.0.0.1", "10.0.0.2") == "10.0.0.1"


@override_settings(TRUSTED_PROXIES=OURS)
def test_behind_proxies_the_visitor_is_the_last_who_is_none() -> None:
    assert asker("10.0.0.1", "192.0.2.1") == "192.0.2.1"
    assert asker("10.0.0.1", "192.0.2.1", "10.0.0.2") == "192.0.2.1"
    assert asker("10.0.0.1", "2001:db8::7", "10.0.0.2") == "2001:db8::7"


@override_settings(TRUSTED_PROXIES=OURS)
def test_what_a_visitor_says_he_was_forwarded_for_is_not_believed() -> None:
    assert asker("10.0.0.1", "198.51.100.9", "192.0.2.1") == "192.0.2.1"
    assert asker("10.0.0.1", "10.0.0.2", "192.0.2.1", "10.0.0.2") == "192.0.2.1"
    assert asker("192.0.2.1", "198.51.100.9", "10.0.0.1") == "192.0.2.1"


@override_settings(TRUSTED_PROXIES=OURS)
def test_a_proxy_that_names_nobody_stands_for_itself() -> None:
    assert asker("10.0.0.1") == "10.0.0.1"
    assert asker("10.0.0.1", "", "10.0.0.2") == "10.0.0.1"
