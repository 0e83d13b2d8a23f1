"""The agency, the businesses it sells for, and what they sell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

type Terms = dict[str, Any]


@dataclass(frozen=True)
class Ware:
    """A product: `prices` are the terms of each way to pay, by a name of ours."""

    slug: str
    name: str
    prices: dict[str, Terms]
    tax: str = "0"
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shop:
    """A business with the person who works for it; `people` names where its buyers come from."""

    slug: str
    name: str
    currency: str
    accent: str
    people: str
    buyers: int
    identity: dict[str, str]
    user: tuple[str, str]
    wares: tuple[Ware, ...]
    since: int = 730  # days before today on which it opened

    @property
    def language(self) -> str:
        return self.identity["language"]


def _every(interval: str, amount: int, **more: Any) -> Terms:
    return {"kind": "subscription", "interval": interval, "amount": amount, **more}


def _once(amount: int, **more: Any) -> Terms:
    return {"kind": "one_time", "amount": amount, **more}


def _split(count: int, amount: int, **more: Any) -> Terms:
    more = {"interval": "monthly", **more}
    return {"kind": "split", "payments_total": count, "amount": amount, **more}


def _limited(count: int, amount: int, **more: Any) -> Terms:
    more = {"interval": "monthly", **more}
    return {"kind": "limited", "payments_total": count, "amount": amount, **more}


ADDED = {"tax_behaviour": "exclusive"}

AGENCY = Shop(
    slug="nordlicht",
    name="Nordlicht Studio",
    currency="EUR",
    accent="#14532d",
    people="europe",
    buyers=24,
    user=("owner@nordlicht.example", "Maren Petersen"),
    identity={
        "legal_name": "Nordlicht Studio GmbH",
        "street": "Große Elbstraße 84",
        "postcode": "22767",
        "city": "Hamburg",
        "country": "DE",
        "tax_id": "DE123456788",
        "registration": "Amtsgericht Hamburg, HRB 000000",
        "zone": "Europe/Berlin",
        "language": "en",
        "website": "https://nordlicht.example",
        "support_email": "hello@nordlicht.example",
        "support_note": "answers within a day",
        "hub_message": "<p>Hello {name}, good to have you with us. Questions about your site?"
        " <strong>Just answer any of our letters.</strong></p>",
    },
    wares=(
        Ware(
            "website-care",
            "Website Care",
            {
                "monthly": _every("monthly", 4900, preferred=True, **ADDED),
                "yearly": _every("yearly", 49000, name="yearly", **ADDED),
            },
            tax="19",
            fields={
                "description": "We keep your website updated, backed up and fast."
                " One hour of changes a month is included.",
                "access_url": "https://nordlicht.example/care",
            },
        ),
        Ware(
            "launch-workshop",
            "Launch Workshop",
            {
                "once": _once(29000, **ADDED),
                "split3": _split(3, 9900, **ADDED),
            },
            tax="19",
            fields={"description": "Two days, one team, a website that is online at the end."},
        ),
        Ware(
            "copy-desk",
            "Copy Desk",
            {"weekly": _every("weekly", 3900, **ADDED)},
            tax="19",
            fields={"description": "One text a week, edited or written for you."},
        ),
        Ware(
            "style-guide",
            "Style Guide Template",
            {"free": _once(0)},
            fields={"description": "The template we use ourselves. Free.", "asks_address": False},
        ),
    ),
)

CLIENTS = (
    Shop(
        slug="lindenhof",
        name="Lindenhof Yoga",
        currency="EUR",
        accent="#8a3b5c",
        people="german",
        buyers=72,
        user=("anja@lindenhof.example", "Anja Brückner"),
        identity={
            "legal_name": "Lindenhof Yoga, Inhaberin Anja Brückner",
            "street": "Lindenallee 12",
            "postcode": "79098",
            "city": "Freiburg im Breisgau",
            "country": "DE",
            "tax_id": "DE987654325",
            "zone": "Europe/Berlin",
            "language": "de",
            "website": "https://lindenhof.example",
            "support_email": "hilfe@lindenhof.example",
            "support_note": "antwortet werktags bis 18 Uhr",
            "hub_message": "<p>Hallo {name}, schön, dass Sie mit uns üben.</p>",
        },
        wares=(
            Ware(
                "yoga-online",
                "Yoga online",
                {
                    "monthly": _every(
                        "monthly",
                        1900,
                        trial_days=14,
                        first_amount=0,
                        name="monatlich",
                        preferred=True,
                    ),
                    "quarterly": _every("quarterly", 5200, name="vierteljährlich"),
                    "half_yearly": _every("half_yearly", 9900, name="halbjährlich"),
                    "yearly": _every("yearly", 18900, name="jährlich"),
                },
                tax="19",
                fields={
                    "description": "Alle Kurse, jederzeit, auf jedem Gerät.",
                    "access_url": "https://lindenhof.example/online",
                },
            ),
            Ware(
                "morgenimpuls",
                "Morgenimpuls",
                {"daily": _every("daily", 100)},
                tax="19",
                fields={"description": "Jeden Morgen sieben Minuten. Täglich kündbar."},
            ),
            Ware(
                "ausbildung",
                "Ausbildung zur Yogalehrerin",
                {
                    "once": _once(240000, name="auf einmal"),
                    "split2": _split(2, 122000, name="in 2 Raten"),
                    "split4": _split(4, 62000, name="in 4 Raten"),
                    "split6": _split(6, 42000, name="in 6 Raten"),
                },
                tax="19",
                fields={"description": "200 Stunden, zwölf Wochenenden, ein Abschluss."},
            ),
            Ware(
                "atem-holen",
                "Buch: Atem holen",
                {"once": _once(2490)},
                tax="7",
                fields={
                    "kind": "physical",
                    "description": "Gebunden, 240 Seiten, mit Lesebändchen.",
                },
            ),
        ),
    ),
    Shop(
        slug="fernhill",
        name="Fernhill Workshop",
        currency="GBP",
        accent="#7c4a1e",
        people="british",
        buyers=48,
        user=("tom@fernhill.example", "Tom Ashdown"),
        identity={
            "legal_name": "Fernhill Workshop Ltd",
            "street": "The Old Sawmill, Fern Lane",
            "postcode": "TQ13 7AA",
            "city": "Bovey Tracey",
            "region": "Devon",
            "country": "GB",
            "tax_id": "GB123456782",
            "registration": "Registered in England and Wales, no. 00000000",
            "zone": "Europe/London",
            "language": "en",
            "website": "https://fernhill.example",
            "support_email": "help@fernhill.example",
            "support_note": "answers within two days, faster in winter",
        },
        wares=(
            Ware(
                "plan-of-the-month",
                "Plan of the Month",
                {
                    "monthly": _every("monthly", 1200, first_amount=600, name="monthly"),
                    "yearly": _every("yearly", 12000),
                },
                tax="20",
                fields={
                    "description": "A measured drawing, a cutting list and a film, every month.",
                    "access_url": "https://fernhill.example/plans",
                },
            ),
            Ware(
                "hand-tool-course",
                "Hand Tool Course",
                {
                    "limited10": _limited(10, 3500, name="ten months"),
                    "split5": _split(5, 6900),
                },
                tax="20",
                fields={"description": "From the first shaving to a dovetailed box."},
            ),
            Ware(
                "tutor-call",
                "Tutor Call",
                {"two_weekly": _every("two_weekly", 3000)},
                tax="20",
                fields={"description": "Half an hour at the bench with a tutor, every fortnight."},
            ),
            Ware(
                "bench-plans",
                "Workbench Plans (PDF)",
                {"once": _once(1500)},
                tax="20",
                fields={"description": "The Fernhill bench in 24 sheets.", "receipt": "basic"},
            ),
        ),
    ),
    Shop(
        slug="kumo",
        name="Kumo Pottery",
        currency="JPY",
        accent="#1d4e89",
        people="japanese",
        buyers=26,
        since=600,
        user=("mio@kumo.example", "Mio Takeda"),
        identity={
            "legal_name": "Kumo Pottery K.K.",
            "street": "2-7-1 Gojozaka",
            "postcode": "605-0846",
            "city": "Kyoto",
            "country": "JP",
            "tax_id": "T1234567890123",
            "zone": "Asia/Tokyo",
            "language": "en",
            "website": "https://kumo.example",
            "support_email": "studio@kumo.example",
        },
        wares=(
            Ware(
                "tea-bowl-club",
                "Tea Bowl Club",
                {
                    "quarterly": _every("quarterly", 6800, preferred=True),
                    "half_yearly": _every("half_yearly", 12800),
                },
                tax="10",
                fields={
                    "kind": "physical",
                    "description": "A bowl from the new firing, four times a year.",
                },
            ),
            Ware(
                "wheel-class",
                "Wheel Class Online",
                {"monthly": _every("monthly", 2900, trial_days=30, first_amount=500)},
                tax="10",
                fields={
                    "description": "Throwing for beginners, with letters to your teacher.",
                    "access_url": "https://kumo.example/class",
                },
            ),
            Ware(
                "glaze-recipes",
                "Glaze Recipes",
                {"once": _once(3200), "split2": _split(2, 1700)},
                tax="10",
                fields={"description": "Sixty glazes, tested in our kiln.", "asks_address": False},
            ),
        ),
    ),
    Shop(
        slug="mesa",
        name="Mesa Bakehouse",
        currency="USD",
        accent="#9a3412",
        people="american",
        buyers=30,
        since=500,
        user=("rosa@mesa.example", "Rosa Delgado"),
        identity={
            "legal_name": "Mesa Bakehouse LLC",
            "street": "418 Canyon Road",
            "postcode": "87501",
            "city": "Santa Fe",
            "region": "NM",
            "country": "US",
            "zone": "America/Denver",
            "language": "en",
            "paper": "letter",
            "website": "https://mesa.example",
            "support_email": "support@mesa.example",
            "support_note": "answers Tuesday to Saturday",
        },
        wares=(
            Ware(
                "sourdough-school",
                "Sourdough School",
                {
                    "monthly": _every(
                        "monthly", 1900, trial_days=7, first_amount=0, preferred=True, **ADDED
                    ),
                    "yearly": _every("yearly", 19000, **ADDED),
                },
                tax="8.188",
                fields={
                    "description": "Bake along every week, ask whenever it does not rise.",
                    "access_url": "https://mesa.example/school",
                },
            ),
            Ware(
                "bake-along",
                "Weekly Bake-along",
                {"weekly": _every("weekly", 500, **ADDED)},
                tax="8.188",
                fields={"description": "Live on Saturdays. Stay as many weeks as you like."},
            ),
            Ware(
                "starter-kit",
                "Starter Kit",
                {"once": _once(4500, **ADDED), "split3": _split(3, 1600, **ADDED)},
                tax="8.188",
                fields={
                    "kind": "physical",
                    "description": "A living starter, a basket, a blade and a scraper.",
                },
            ),
        ),
    ),
)

SHOPS = (AGENCY, *CLIENTS)
