"""Everybody who may call at the tests' businesses, and the documents that are theirs."""

from __future__ import annotations

import io

import pypdf

from tests import cast
from tests.factories.estates import lay_out
from wainwright.accounts.models import Member
from wainwright.proving import callers
from wainwright.proving.callers import Caller, World, taken_back
from wainwright.proving.holdings import draw_documents

__all__ = ["Caller", "World", "assemble", "taken_back"]


def assemble() -> World:
    """Two accounts, four businesses, five buyers."""
    people = cast.assemble()
    estates = [
        lay_out(people.own, "amy"),
        lay_out(people.client, "ada", "eve"),
        lay_out(people.other_client, "bob"),
        lay_out(people.stranger, "sam"),
    ]
    draw_documents(estates)
    everybody = [
        _staff("ann", people.ann, "ann", "agency", "cleo", "carl"),
        _staff("cleo", people.cleo, "cleo", "cleo"),
        _staff("carl", people.carl, "carl", "carl"),
        _staff("mallory", people.mallory, "ann", "stranger"),
        *(
            callers.buyer(estate, holding, column=holding.name)
            for estate in estates
            for holding in estate.holdings
            if holding.name in ("ada", "eve", "bob")
        ),
        Caller("none", "none"),
    ]
    for caller in everybody:
        caller.read_pdf = words_in_pdf
    return World(estates, {caller.name: caller for caller in everybody})


def _staff(name: str, member: Member, column: str, *works_at: str) -> Caller:
    caller = callers.staff(member, name=name, column=column, works_at=frozenset(works_at))
    caller.words = {f"{name}word"}
    return caller


def words_in_pdf(body: bytes) -> str:
    """What a reader finds in it, whatever we believe to have written."""
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
