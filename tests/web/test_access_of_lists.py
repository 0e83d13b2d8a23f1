"""Searching, filtering, sorting, exporting and forging forms lead to no row of somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.web.callers import Caller, World, taken_back
from wainwright.accounts.models import Member
from wainwright.catalog.models import Product
from wainwright.core import clock
from wainwright.core.tenancy import TEST, scope
from wainwright.proving.asking import PRODUCT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LISTS = {
    "search": {},
    "transactions": {"kind": "refund", "sort": "-sum"},
    "transactions/csv": {"since": "2000-01-01", "until": "2199-01-01"},
    "subscriptions": {"view": "ending", "sort": "next"},
    "subscriptions/csv": {"view": "paused"},
    "subscriptions/acts/csv": {},
    "customers": {"sort": "name", "page": "2"},
    "customers/csv": {"sort": "date"},
    "products": {"view": "archived"},
    "documents": {"kind": "credit_note"},
}
EXPORTS = ("transactions/csv", "subscriptions/csv", "subscriptions/acts/csv", "customers/csv")
STAFF = ("ann", "cleo", "carl", "mallory")


@pytest.mark.parametrize("name", STAFF)
def test_no_list_tells_staff_of_others(world: World, name: str) -> None:
    caller, asked = world.callers[name], 0
    for path, given in LISTS.items():
        for query in ({}, given, *searches(caller, world), *forged_filters(caller, world)):
            answer = caller.ask("GET", f"/dashboard/{path}/?{urlencode(query)}")
            assert answer.told in ("page", "file"), (path, query)
            assert not answer.tells(world.words - caller.may_read(world)), (path, query)
            asked += 1
    assert asked > 100


def searches(caller: Caller, world: World) -> Iterator[dict[str, str]]:
    """What others are called but for the last letter, so that the echo of the question is no leak;
    and what finds everything there is.
    """
    yield from ({"q": word[:-1]} for word in sorted(world.words - caller.may_read(world)))
    yield from ({"q": words} for words in ("word", "@", "%", "_", "-0001", "Ltd"))


def forged_filters(caller: Caller, world: World) -> Iterator[dict[str, str]]:
    """Ids of products and businesses that are not his."""
    for estate in world.estates:
        if estate.slug not in caller.works_at:
            yield {"product": estate.ids["product_id"]}


@pytest.mark.parametrize("name", STAFF)
def test_looking_at_a_business_of_others_shows_none_of_it(world: World, name: str) -> None:
    caller = world.callers[name]
    foreign = [estate for estate in world.estates if estate.slug not in caller.works_at]
    for estate in foreign:
        with taken_back():
            caller.ask("GET", f"/dashboard/?business={estate.ids['business_id']}")
            for path in ("", "transactions/", "customers/csv/", "documents/"):
                answer = caller.ask("GET", f"/dashboard/{path}")
                assert answer.told in ("page", "file")
                assert not answer.tells(world.words - caller.may_read(world)), path


@pytest.mark.parametrize("name", STAFF)
def test_an_export_holds_every_row_of_ones_own(world: World, name: str) -> None:
    caller = world.callers[name]
    buyers = {f"{h.name}word" for e, h in world.holdings if e.slug in caller.works_at}
    for path in EXPORTS:
        assert caller.ask("GET", f"/dashboard/{path}/").tells(buyers) == buyers


@pytest.mark.parametrize("name", STAFF)
def test_a_years_documents_are_those_of_ones_own_business(world: World, name: str) -> None:
    caller, year = world.callers[name], clock.wall().year
    for estate in world.estates:
        answer = caller.ask(
            "GET", f"/dashboard/documents/year/?year={year}&of={estate.ids['business_id']}"
        )
        found = answer.tells(world.words)
        if estate.slug in caller.works_at:
            assert found == estate.words - estate.staff_words
        elif len(caller.works_at) == 1 and answer.told == "file":
            assert found <= caller.may_read(world)  # his one business, whatever he asked for
        else:
            assert answer.told == "404"


@pytest.mark.parametrize("name", STAFF)
def test_a_form_that_names_the_business_of_others_changes_nothing_there(
    world: World, name: str
) -> None:
    caller = world.callers[name]
    foreign = [estate for estate in world.estates if estate.slug not in caller.works_at]
    for estate in foreign:
        forged = {"business": estate.ids["business_id"], "place": estate.ids["member_id"]}
        with taken_back():
            before = of_others(caller, world)
            for path, body in {
                "products/new/": PRODUCT,
                "team/invite/": {"name": "Tom", "email": "tom@team.example"},
                "places/": {},
            }.items():
                caller.ask("POST", f"/dashboard/{path}", body | forged)
            assert of_others(caller, world) == before


def of_others(caller: Caller, world: World) -> dict[str, object]:
    """What the accounts hold that he does not own, and what businesses that are not his sell."""
    stored: dict[str, object] = {}
    for estate in world.estates:
        if estate.slug in caller.works_at:
            continue
        with scope(estate.business.account_id, TEST):
            for model in (Product, Member):
                rows = model.objects.filter(business=estate.business).order_by("pk")
                stored[f"{estate.slug} {model.__name__}"] = list(rows.values_list())
    return stored


@pytest.mark.parametrize("name", ["ada", "eve", "bob"])
def test_no_list_of_the_hub_tells_a_buyer_of_others(world: World, name: str) -> None:
    caller = world.callers[name]
    home = f"/b/{caller.bought_at}/hub/"
    allowed = {f"{caller.bought_at}word", *caller.words}
    for query in (
        *searches(caller, world),
        {"year": "2026"},
        {"kind": "subscription"},
        {"page": "2"},
        {"q": "x" * 500},
        {"year": "x", "kind": "y", "page": "z"},
    ):
        for path in (home, f"{home}documents/"):
            answer = caller.ask("GET", f"{path}?{urlencode(query)}")
            assert answer.told == "page"
            assert not answer.tells(world.words - allowed), (path, query)
