"""Every route is in the table of access, and everybody gets what it says and no word more."""

from __future__ import annotations

import pytest
from django.shortcuts import get_object_or_404

from tests.web.callers import World
from wainwright.invoicing.models import Document
from wainwright.proving import matrix
from wainwright.proving.access import rows
from wainwright.proving.asking import routes
from wainwright.web.hub import documents
from wainwright.web.hub.faces import HubRequest

pytestmark = pytest.mark.django_db


def test_every_route_has_its_rows_and_every_row_a_route() -> None:
    asked = [(row.method, row.route) for row in rows()]
    assert len(asked) == len(set(asked))
    assert {row.route for row in rows()} == routes()


@pytest.mark.slow
def test_everybody_gets_what_the_table_says_and_no_word_more(world: World) -> None:
    found = matrix.ask_everything(world)
    assert not found.faults, "\n".join([f"of {found.tries} tries", *found.faults])
    assert found.absent.keys() == {"", "hooks"}
    assert found.tries > 5000


@pytest.mark.slow
def test_a_view_that_forgets_to_ask_whose_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anybodys(request: HubRequest, public_id: str) -> Document:
        found: Document = get_object_or_404(Document, public_id=public_id)
        return found

    route = "hub/documents/<public_id>/"
    table = [row for row in rows() if row.route == route]
    assert not matrix.ask_everything(world, table).faults
    monkeypatch.setattr(documents, "document_or_404", anybodys)
    found = matrix.ask_everything(world, table)
    document = world.home_of(world.callers["ada"])[1].ids["document_id"]
    said = f"GET /b/cleo/hub/documents/{document}/ ({route}) by eve"
    assert f"{said}: page instead of 404" in found.leaks
    assert f"{said}: tells adaword" in found.leaks
    assert not found.amiss
