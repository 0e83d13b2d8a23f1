"""Buyers who place orders over HTTP, write to the legal desk, and act in their hub."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.faults.at_home import AtHome
from tests.faults.fleet import Fleet
from tests.faults.inside import SLUG
from tests.faults.seller import Seller
from tests.faults.visitors import (
    SECONDS_OF_PATIENCE,
    VISA,
    PageClosed,
    Promises,
    Visitor,
    fields,
    words,
)


class Crowd:
    """`with Crowd(fleet, seed) as crowd:` lets them buy until the block ends; it then waits until
    each of them has finished what he was at.

    `at_home` lets them act in their hub, too, and the seller give money back.
    """

    def __init__(
        self,
        fleet: Fleet,
        seed: int,
        *,
        people: int = 3,
        pause: float = 0.1,
        at_home: bool = False,
    ) -> None:
        self.promises = Promises()
        self._fleet, self._pause, self._at_home = fleet, pause, at_home
        self._over = threading.Event()
        lives: dict[str, Callable[[str], None]] = {f"buyer{n}": self._buy for n in range(people)}
        if at_home:
            lives["seller"] = self._sell
        self._threads = [
            threading.Thread(target=live, args=(f"{seed}-{name}",), name=name)
            for name, live in lives.items()
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(2 * SECONDS_OF_PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "somebody still waits"

    def _buy(self, seed: str) -> None:
        chance = random.Random(seed)
        count = 0
        while not self._over.is_set():
            count += 1
            email = f"{seed}-{count}@buyer.example"
            with self._complaining(email):
                with Buyer(self._fleet, self.promises, chance, email) as buyer:
                    buyer.buys()
                    if chance.random() < 0.2:
                        buyer.cancels()
                if self._at_home and chance.random() < 0.7 and email in self.promises.thanked:
                    with AtHome(self._fleet, self.promises, chance, email) as owner:
                        owner.acts()
            self._over.wait(self._pause)

    def _sell(self, seed: str) -> None:
        chance = random.Random(seed)
        while not self._over.wait(10 * self._pause):
            with (
                self._complaining("seller"),
                Seller(self._fleet, self.promises, chance) as seller,
            ):
                seller.refunds()

    @contextmanager
    def _complaining(self, who: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.promises.broken.append(f"{who}: {type(error).__name__}: {error}")


class Buyer(Visitor):
    def __init__(self, fleet: Fleet, promises: Promises, chance: random.Random, email: str) -> None:
        super().__init__(fleet, promises, chance)
        self.email, self.form_key = email, secrets.token_urlsafe(24)

    def buys(self) -> None:
        """Begins anew where the gateway's page ran out while the days turned."""
        while True:
            with suppress(PageClosed):
                return self._buys()

    def _buys(self) -> None:
        """Once or by the day; one of four closes the browser as soon as he has paid."""
        product = f"/b/{SLUG}/checkout/{self.fleet.shop['product']}/"
        sort = "daily" if self.chance.random() < 0.4 else "once"
        form = fields(self.get(product)) | {"email": self.email, "name": "Ada Byron"}
        form["price"] = self.fleet.shop[sort]
        page = self.post(product, form).headers["location"]
        answer = self.type_card(page, VISA)
        self.promises.paid[self.email] = page
        if self.chance.random() < 0.25:
            return
        answer, page = self.follow(answer, page)
        assert "Thank you, your order stands" in answer.text, words(answer)
        order = page.rstrip("/").rpartition("/")[2]
        self.promises.thanked[self.email] = order
        if sort == "once":
            self.promises.bought_once.append(order)

    def cancels(self) -> None:
        """At the legal desk, which knows nobody and takes every statement."""
        said = {"name": "Ada", "contract": "Studio", "email": self.email, "form_key": self.form_key}
        receipt = self.post(f"/b/{SLUG}/cancel/", said).headers["location"]
        self.promises.received[self.form_key] = receipt.partition("?")[0].rstrip("/").split("/")[-1]
