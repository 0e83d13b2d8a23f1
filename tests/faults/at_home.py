"""What a buyer does in his hub with a subscription; what the page then says is a promise."""

from __future__ import annotations

import random
import re
from contextlib import suppress

from tests.faults.fleet import Fleet
from tests.faults.inside import SLUG
from tests.faults.visitors import (
    MASTERCARD,
    REFUSED,
    PageClosed,
    Promises,
    Visitor,
    fields,
)

PAUSED, LEFT, STAYS, PAYS_NOW = "Let it go on", "Undo", ">Cancel<", "Mastercard"


class AtHome(Visitor):
    """Signed in. Days may turn between two of his clicks, so an act may be refused; then it is no
    promise."""

    def __init__(self, fleet: Fleet, promises: Promises, chance: random.Random, email: str) -> None:
        super().__init__(fleet, promises, chance)
        name, value = fleet.inside(f"let_in {email}")
        self.web.cookies.set(name, value)

    def acts(self) -> None:
        """One thing, and perhaps its opposite; who bought once only looks."""
        home = f"/b/{SLUG}/hub/"
        found = re.search(r"/hub/subscriptions/(\w+)/", self.get(home).text)
        if found:
            self.subscription = found[1]
            self.place = f"{home}subscriptions/{self.subscription}/"
            with suppress(PageClosed):
                self.chance.choice([self.pauses, self.leaves, self.moves])()

    def pauses(self) -> None:
        if PAUSED not in self._send("pause/", how_long="1"):
            return
        self.promises.paused.add(self.subscription)
        if self.chance.random() < 0.5 and PAUSED not in self._send("resume/"):
            self.promises.resumed.add(self.subscription)

    def leaves(self) -> None:
        if LEFT not in self._send("cancellation/"):
            return
        self.promises.left.add(self.subscription)
        if self.chance.random() < 0.6:
            self.promises.left.discard(self.subscription)
            if STAYS in self._send("cancellation/undo/", asked_at=""):
                self.promises.stayed.add(self.subscription)

    def moves(self) -> None:
        """To another card, typed at the gateway."""
        form = fields(self.get(self.place))
        answer = self.post(f"{self.place}method/", form, REFUSED)
        if answer.status_code == 303:
            page = answer.headers["location"]
            shown, _page = self.follow(self.type_card(page, MASTERCARD), page)
            if PAYS_NOW in shown.text:
                self.promises.moved.add(self.subscription)

    def _send(self, act: str, *, asked_at: str | None = None, **typed: str) -> str:
        """Sends the form of the page of an act, or of that at `asked_at`; the words of the page of
        the subscription then."""
        page = self.get(self.place + (act if asked_at is None else asked_at))
        if page.status_code == 200:
            self.post(self.place + act, fields(page) | typed, REFUSED)
        return self.get(self.place).text
