"""What people do in the story. `at` counts days from its beginning; a purchase has a name."""

from __future__ import annotations

from dataclasses import dataclass

from wainwright.demo.people import Person
from wainwright.demo.shops import Shop


@dataclass(frozen=True, kw_only=True)
class Act:
    at: float


@dataclass(frozen=True, kw_only=True)
class Open(Act):
    """A business joins, with its user and its wares."""

    shop: Shop


@dataclass(frozen=True, kw_only=True)
class Reprice(Act):
    """A price is archived and another takes its place; who bought before keeps the old one."""

    shop: Shop
    ware: str
    price: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Buy(Act):
    """`card` is the code of a test number, `expires` the day it runs out; `refused` is the card
    that was tried before and declined. Without a card the buyer goes away again."""

    purchase: str
    who: Person
    shop: Shop
    ware: str
    price: str
    card: str = "visa"
    expires: float | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Later(Act):
    """Something that is done about a purchase."""

    purchase: str


@dataclass(frozen=True, kw_only=True)
class Cancel(Later):
    """`source` is hub or dashboard; `at_once` ends it on the spot."""

    source: str = "hub"
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class Undo(Later):
    """The cancellation is taken back."""


@dataclass(frozen=True, kw_only=True)
class Pause(Later):
    pass


@dataclass(frozen=True, kw_only=True)
class Resume(Later):
    pass


@dataclass(frozen=True, kw_only=True)
class Replace(Later):
    """Another card pays from now on."""

    card: str = "mastercard"


@dataclass(frozen=True, kw_only=True)
class Refund(Later):
    """So many percent of the newest charge go back."""

    percent: int
    note: str


@dataclass(frozen=True, kw_only=True)
class Declare(Act):
    """A cancellation or withdrawal on the public page; `carried_out` where the seller saw to it."""

    who: Person
    shop: Shop
    kind: str
    contract: str
    reason: str = ""
    carried_out: str = ""
