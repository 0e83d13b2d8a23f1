"""Customers whose hubs are worth a look; the demo names their addresses."""

from __future__ import annotations

from dataclasses import dataclass

from wainwright.customers.finding import Contact
from wainwright.demo.acts import (
    Act,
    Buy,
    Cancel,
    Pause,
    Refund,
    Replace,
    Undo,
)
from wainwright.demo.people import Person
from wainwright.demo.shops import AGENCY, CLIENTS, Shop

CLARA = Person(
    Contact(
        email="clara.hansen@post.example",
        name="Clara Hansen",
        company="Hansen Optik",
        street="Osterstraße 40",
        postcode="20259",
        city="Hamburg",
        country="DE",
    ),
    "en",
)
JUERGEN = Person(
    Contact(
        email="juergen.grossmann@post.example",
        name="Jürgen Großmann",
        street="Am Mühlbach 3",
        postcode="72070",
        city="Tübingen",
        country="DE",
    ),
    "de",
)
ADA = Person(
    Contact(
        email="ada.whitcombe@post.example",
        name="Ada Whitcombe",
        street="7 Mill Lane",
        postcode="EX4 4QJ",
        city="Exeter",
        region="Devon",
        country="GB",
    ),
    "en",
)


@dataclass(frozen=True)
class Regular:
    """A known customer, the day of the first purchase, and all that follows."""

    who: Person
    shop: Shop
    acts: tuple[Act, ...]

    @property
    def since(self) -> float:
        return min(act.at for act in self.acts)


def of(shop: Shop, days: int) -> list[Regular]:
    return [one for one in everybody(days) if one.shop is shop]


def everybody(days: int) -> list[Regular]:
    lindenhof, fernhill, *_others = CLIENTS
    return [
        Regular(CLARA, AGENCY, _clara(AGENCY, days)),
        Regular(JUERGEN, lindenhof, _juergen(lindenhof, days)),
        Regular(ADA, fernhill, _ada(fernhill, days)),
    ]


def _buy(
    name: str, who: Person, shop: Shop, at: float, ware: str, price: str, **card: object
) -> Buy:
    return Buy(
        at=at,
        purchase=name,
        who=who,
        shop=shop,
        ware=ware,
        price=price,
        **card,  # type: ignore[arg-type]
    )


def _clara(shop: Shop, end: int) -> tuple[Act, ...]:
    """Old and new: everything free, split, weekly and monthly; a card that was replaced, and two
    payments that her bank took back, of which one is not decided yet."""
    return (
        _buy("clara-guide", CLARA, shop, end - 520.4, "style-guide", "free"),
        _buy("clara-care", CLARA, shop, end - 431.6, "website-care", "monthly"),
        _buy("clara-launch", CLARA, shop, end - 400.2, "launch-workshop", "split3"),
        Refund(at=end - 310.5, purchase="clara-launch", percent=20, note="One afternoon fell out"),
        Replace(at=end - 100.3, purchase="clara-care"),
        _buy("clara-copy", CLARA, shop, end - 40.7, "copy-desk", "weekly"),
        _buy("clara-talk", CLARA, shop, end - 30.2, "launch-workshop", "once", card="disputed_won"),
        Cancel(at=end - 9.3, purchase="clara-copy"),
        Undo(at=end - 9.1, purchase="clara-copy"),
        _buy("clara-late", CLARA, shop, end - 3.4, "launch-workshop", "once", card="disputed_lost"),
    )


def _juergen(shop: Shop, end: int) -> tuple[Act, ...]:
    """A subscription that ended, one whose card runs out this month, instalments half paid."""
    return (
        _buy("juergen-alt", JUERGEN, shop, end - 610.4, "yoga-online", "quarterly"),
        Cancel(at=end - 290.6, purchase="juergen-alt"),
        _buy("juergen-buch", JUERGEN, shop, end - 350.2, "atem-holen", "once"),
        _buy("juergen-kurs", JUERGEN, shop, end - 101.8, "ausbildung", "split6"),
        _buy("juergen-yoga", JUERGEN, shop, end - 76.3, "yoga-online", "monthly", expires=end),
        _buy("juergen-morgen", JUERGEN, shop, end - 12.9, "morgenimpuls", "daily"),
        Cancel(at=end - 2.2, purchase="juergen-morgen"),
    )


def _ada(shop: Shop, end: int) -> tuple[Act, ...]:
    """A limited plan under way, a renewal that was just declined, a pause, a full refund."""
    return (
        _buy("ada-plans", ADA, shop, end - 640.9, "bench-plans", "once"),
        Refund(at=end - 633.4, purchase="ada-plans", percent=100, note="Had them already"),
        _buy("ada-tools", ADA, shop, end - 214.5, "hand-tool-course", "limited10"),
        _buy("ada-tutor", ADA, shop, end - 52.6, "tutor-call", "two_weekly"),
        Pause(at=end - 16.4, purchase="ada-tutor"),
        _buy(
            "ada-month",
            ADA,
            shop,
            end - 33.5,
            "plan-of-the-month",
            "monthly",
            card="declines_later",
        ),
    )
