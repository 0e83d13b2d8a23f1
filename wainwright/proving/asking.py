"""How a row of the table of access is asked: where, by whom, with what in the form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from wainwright.core import clock
from wainwright.proving.access import Row
from wainwright.proving.callers import GATEWAY, Answer, Caller, Estate, Holding, World

GATEWAY_URLS = "wainwright.payments.gateways.test.urls"
IDS_BEFORE = {
    "subscriptions": "subscription_id",
    "documents": "document_id",
    "cancel": "cancel",
    "withdraw": "withdraw",
}
ELSEWHERE = {"kind": "svg", "name": "letter.eml", "number": "0", "uidb36": "1", "key": "abc-def"}
ELSEWHERE |= {"session_id": "ses_0", "pk": "1"}
# What may be taken back, resumed or brought back must first have been cancelled, paused or ended.
STATES = {
    "/cancellation/undo/": "ending",
    "/cancel/undo/": "ending",
    "/resume/": "paused",
    "/back/": "ended",
}

BODIES: dict[str, dict[str, str]] = {
    "updateinfo/": {"email": "new@buyer.example"},
    "updateinfo/sent/<asked>/": {"code": "AAAA-AAAA"},
    "l/<token>/": {"code": "AAAA-AAAA"},
    "l/<token>": {"code": "AAAA-AAAA"},
    "checkout/<slug>/": {
        "email": "new@buyer.example",
        "name": "New",
        "street": "1 High Street",
        "postcode": "10001",
        "city": "Newtown",
        "country": "DE",
    },
    "testgateway/pay/<ref>": {"number": "1234", "name": "X", "expiry": "1/30", "cvc": "1"},
    "testgateway/pay/<ref>/bank": {"answer": "complete"},
    "dashboard/places/": {"place": "mem_0000000000000000000000"},
    "dashboard/mode/": {"mode": "test"},
    "dashboard/products/<product_id>/mode/": {"mode": "test"},
    "dashboard/payments/<payment_id>/refund/": {"how_much": "part", "amount": "1"},
    "dashboard/subscriptions/<subscription_id>/plan/": {"quantity": "1", "shown": "0"},
    "dashboard/subscriptions/<subscription_id>/day/": {"day": "28"},
    "dashboard/subscriptions/<subscription_id>/pause/": {"how_long": "open"},
    "dashboard/subscriptions/<subscription_id>/cancel/": {"when": "now", "reason": "asked for"},
    "hub/subscriptions/<public_id>/plan/": {"quantity": "1", "shown": "0"},
    "hub/subscriptions/<public_id>/day/": {"day": "28"},
    "hub/subscriptions/<public_id>/pause/": {"how_long": "1"},
    "dashboard/statements/<statement_id>/": {"note": "done"},
    "dashboard/decisions/<hold_id>/": {"decision": "skip"},
    "dashboard/differences/<difference_id>/": {"note": "done"},
    "dashboard/businesses/new/": {"name": "Fourth", "slug": "fourth", "zone": "UTC"},
    "dashboard/team/invite/": {"name": "Tom", "email": "tom@team.example"},
    "dashboard/settings/<business_id>/": {
        "name": "Changed",
        "legal_name": "Changed",
        "zone": "UTC",
        "language": "en",
        "paper": "a4",
    },
    "dashboard/settings/<business_id>/hub/": {"hub_message": "Hello", "accent": "#14532d"},
    "dashboard/settings/<business_id>/logo/": {"remove": "1"},
    "dashboard/settings/<business_id>/documents/": {"series": "invoice", "series_prefix": "R-"},
    "dashboard/connections/<connection_id>/secret/": {"days": "7"},
    "accounts/login/": {"password": "wrong"},
    "accounts/reauthenticate/": {"password": "wrong"},
}
RULES = {"retry_after_days": "1, 3", "grace_days": "2", "then": "pause", "missed": "ask"}
RULES |= {"charge_factor": "5", "run_factor": "3", "return_days": "30", "pause_periods": "1"}
RULES |= {"pauses_a_year": "1", "changes_a_year": "12", "postpone_days": "7", "most_parts": "3"}
RULES |= {"revoke": "any", "end_then": "on"}
BODIES |= dict.fromkeys(
    ("dashboard/collecting/", "dashboard/products/<product_id>/collecting/"), RULES
)
STATEMENT = {"name": "Ada", "contract": "Course", "email": "new@buyer.example"}
PRODUCT = {
    "name": "Changed",
    "currency": "EUR",
    "tax_percent": "0",
    "kind": "digital",
    "receipt": "detailed",
}
PRICE = {"kind": "one_time", "amount": "12.00", "tax_behaviour": "inclusive"}
BODIES |= dict.fromkeys(("cancel/", "withdraw/", "withdraw/confirmation/"), STATEMENT)
BODIES |= dict.fromkeys(
    ("dashboard/products/new/", "dashboard/products/<product_id>/"), PRODUCT
) | dict.fromkeys(
    (
        "dashboard/products/<product_id>/prices/new/",
        "dashboard/prices/<price_id>/replace/",
    ),
    PRICE,
)


@dataclass(frozen=True)
class Try:
    """One question: a row asked by somebody about a thing, and what must answer."""

    caller: Caller
    path: str
    told: str
    estate: Estate
    holding: Holding | None


def routes() -> set[str]:
    """Every route there is, as the table writes it."""
    own = {route or "/" for route in _walk(get_resolver())}
    return own | {f"testgateway/{route}" for route in _walk(get_resolver(GATEWAY_URLS))}


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        pattern = str(each.pattern)
        if isinstance(each.pattern, RegexPattern):
            pattern = simplify_regex(pattern).removeprefix("/")
        here = before + re.sub(r"<\w+:(\w+)>", r"<\1>", pattern)
        if isinstance(each, URLPattern):
            yield here
        else:
            yield from _walk(each, here)


def path_of(row: Row, ids: dict[str, str], slug: str) -> str:
    """Its address for these ids; below the business's, where buyers go."""
    route = row.route
    for name in row.names:
        before = route.partition(f"/<{name}>")[0].rpartition("/")[2]
        known = IDS_BEFORE[before] if name == "public_id" else name
        if known == "subscription_id":
            known = next((s for p, s in STATES.items() if row.route.endswith(p)), known)
        route = route.replace(f"<{name}>", ids[known], 1)
    if route.startswith("testgateway/"):
        return route.replace("testgateway", GATEWAY, 1)
    route += f"?year={clock.wall().year}" if route.endswith("documents/year/") else ""
    return f"/{route}" if row.of_staff else f"/b/{slug}/{route.removeprefix('/')}"


def tries(row: Row, world: World) -> Iterator[Try]:
    """Everybody asks it of everything, once at each address."""
    asked: set[tuple[str, str]] = set()
    for caller in world.callers.values():
        for each in (_at_the_staffs if row.of_staff else _at_the_buyers)(row, caller, world):
            if (caller.name, each.path) not in asked:
                asked.add((caller.name, each.path))
                yield each


def _at_the_staffs(row: Row, caller: Caller, world: World) -> Iterator[Try]:
    """Things of all businesses and things that never were; a page without one is his own."""
    if not set(row.names) - set(ELSEWHERE):
        estate, holding = world.home_of(caller)
        told = row.told[caller.column]
        yield Try(caller, path_of(row, ELSEWHERE, ""), told, estate, holding)
        return
    for estate, holding in world.holdings:
        told = row.told[caller.to(estate, holding)]
        yield Try(caller, path_of(row, ELSEWHERE | holding.ids, ""), told, estate, holding)
    told = row.told["carl" if caller.works_at else "none"]
    yield Try(caller, path_of(row, ELSEWHERE | unknown(holding), ""), told, estate, None)


def _at_the_buyers(row: Row, caller: Caller, world: World) -> Iterator[Try]:
    """Things below their own business's address; moved below one where the caller is at home;
    and things that never were.
    """
    home, own = world.home_of(caller)
    at_home = caller.bought_at or not row.route.startswith("hub/")
    moved = row.told["move" if at_home else "none"]
    for estate, holding in world.holdings:
        of, ids = holding if row.names else None, ELSEWHERE | holding.ids
        told = row.told[caller.to(estate, of)]
        yield Try(caller, path_of(row, ids, estate.slug), told, estate, of)
        if moved != "-" and estate is not home:
            yield Try(caller, path_of(row, ids, home.slug), moved, home, None)
    if moved != "-":
        yield Try(caller, path_of(row, ELSEWHERE | unknown(own), home.slug), moved, home, None)


def unknown(holding: Holding) -> dict[str, str]:
    """Ids as they look, of nothing."""
    return {name: value[:8] + "0" * len(value[8:]) for name, value in holding.ids.items()}


def body_for(row: Row, each: Try) -> dict[str, str]:
    ids = each.estate.ids
    # What is subscribed to can always be chosen again, whatever else a shop sells.
    own = each.holding.ids if each.holding and row.route.endswith("/plan/") else {}
    price = own.get("plan", ids["price_id"])
    fresh = secrets.token_urlsafe(24)
    nobody = f"{fresh}@nobody.example"
    return (
        {"email": nobody, "login": nobody}
        | BODIES.get(row.route, {})
        | {
            "token": fresh,
            "form_key": fresh,
            "price": price,
            "business": ids["business_id"],
        }
    )


def leaks(row: Row, each: Try, answer: Answer, world: World) -> set[str]:
    """The words that stand in the answer and are not for this caller."""
    may_read = each.caller.may_read(world)
    if not row.of_staff:
        may_read |= each.estate.open_words
    if each.told == "key" and each.holding is not None:
        may_read |= each.holding.words
    return answer.tells(world.words - may_read)
