"""The legal desk over real HTTP, by a client without cookies and scripts.

At every business both public pages must take a statement in two steps at most and confirm it on the
page, as a file and by letter, with the same words and the same moment; and door, hub and checkout
must lead there by links whose English words hold "cancel" and "withdraw".
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.accounts.links import path_for
from wainwright.accounts.models import Business
from wainwright.billing.models import Subscription
from wainwright.catalog.queries import offered
from wainwright.core import clock
from wainwright.core.tenancy import TEST, scope
from wainwright.hub import sessions
from wainwright.proving.pages import Visitor
from wainwright.web.mailbox import reading

STEPS = {"cancel": ("/cancel/",), "withdraw": ("/withdraw/", "/withdraw/confirmation/")}
LETTER_WITHIN = 60
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
REFERENCE = re.compile(r"\bstm_\w+")


class Missing(Exception):
    """What a page should have had."""


@dataclass(frozen=True)
class Declared:
    """A statement that its page has confirmed; all of `proof` must stand in its letter."""

    desk: str
    email: str
    proof: tuple[str, ...]


@dataclass
class Found:
    """What came of visiting the desks; `pages` are those that must lead there."""

    statements: int = 0
    letters: int = 0
    pages: int = 0
    faults: list[str] = field(default_factory=list)


def visit(origin: str) -> Found:
    """Visits the desks of every business at a running server, whose worker sends the letters."""
    visitor, found, declared = Visitor(origin), Found(), []
    for business in directory.businesses():
        for kind in STEPS:
            desk = path_for(business, f"legal:{kind}")
            try:
                declared.append(_declare(visitor, desk, kind))
            except Missing as missing:
                found.faults.append(f"{desk}: {missing}")
        for path, cookie in _where_buyers_stand(business):
            found.pages += 1
            page = visitor.get(path, cookie=cookie)
            for kind in STEPS:
                if not page.leads_to(path_for(business, f"legal:{kind}"), kind):
                    found.faults.append(
                        _("%(page)s: no link “%(word)s” (%(status)s)")
                        % {"page": path, "word": kind, "status": page.status}
                    )
    found.statements = len(declared)
    _await_letters(declared, found)
    return found


def _declare(visitor: Visitor, desk: str, kind: str) -> Declared:
    """Fills in the form and goes on to its end."""
    email = f"{secrets.token_hex(8)}@leaving.example"
    contract = f"Contract {secrets.token_hex(4)}"
    told = {"name": "Kim Leaving", "email": email, "contract": contract}
    page = visitor.get(desk)
    for step in STEPS[kind]:
        form = page.form_to(step)
        if form is None:
            raise Missing(
                _("the page has no form to %(step)s (%(status)s)")
                % {"step": step, "status": page.status}
            )
        page = visitor.send(form, **told)
    saved = next((href for href, _said in page.links if href.endswith("/file/")), None)
    if saved is None:
        raise Missing(_("what was declared cannot be saved (%(status)s)") % {"status": page.status})
    file = visitor.text(saved)
    moment, reference = MOMENT.search(file), REFERENCE.search(file)
    if moment is None or reference is None:
        raise Missing(_("the file names no moment or no reference"))
    proof = (contract, moment[0], reference[0])
    if not all(part in page.html for part in proof):
        raise Missing(_("the page does not confirm what its file says"))
    return Declared(desk, email, proof)


def _where_buyers_stand(business: Business) -> Iterator[tuple[str, str]]:
    """The door, every checkout page, and for a signed-in buyer the hub and a subscription."""
    yield path_for(business, "hub:door"), ""
    with scope(business.account_id, TEST):
        for product in offered(business.pk, TEST):
            yield path_for(business, "checkout:product", slug=product.slug), ""
        rows = Subscription.objects.select_related("customer").filter(business=business)
        subscription = rows.latest("pk")
        token = sessions.start(subscription.customer, agent="")
    cookie = f"{sessions.cookie_name(business)}={token}"
    page = path_for(business, "hub:subscription", public_id=subscription.public_id)
    for path in (path_for(business, "hub:home"), page, path_for(business, "hub:documents")):
        yield f"{path}?language=en", cookie


def _await_letters(declared: list[Declared], found: Found) -> None:
    """Each must come within a minute, and say what the page said."""
    deadline = clock.monotonic() + LETTER_WITHIN
    for each in declared:
        while not (letters := reading.newest(each.email, most=1)) and clock.monotonic() < deadline:
            time.sleep(0.2)
        message = reading.read(letters[0].name) if letters else None
        if message is None:
            found.faults.append(_("%(page)s: no letter came to confirm it") % {"page": each.desk})
        elif not all(part in reading.body(message, "plain") for part in each.proof):
            found.faults.append(
                _("%(page)s: the letter differs from the page") % {"page": each.desk}
            )
        else:
            found.letters += 1
