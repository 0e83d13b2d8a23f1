"""The seller, who gives the money for some orders back."""

from __future__ import annotations

import random
import re

from tests.faults.fleet import Fleet
from tests.faults.visitors import Promises, Visitor, fields


class Seller(Visitor):
    """Signed in to the dashboard."""

    def __init__(self, fleet: Fleet, promises: Promises, chance: random.Random) -> None:
        super().__init__(fleet, promises, chance)
        name, value = fleet.inside("sign_in")
        self.web.cookies.set(name, value)

    def refunds(self) -> None:
        """All of what somebody paid once, where somebody did."""
        if not self.promises.bought_once:
            return
        order = self.promises.bought_once.pop()
        page = self.get(f"/dashboard/orders/{order}/")
        found = re.search(r"/dashboard/payments/(\w+)/refund/", page.text)
        assert found, f"{order} cannot be given back"
        form = fields(self.get(found[0])) | {"how_much": "all", "note": "asked for"}
        self.post(found[0], form)
        self.promises.refunded[form["form_key"]] = found[1]
