"""Two years of trade, drawn by lot: the same seed tells the same story."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from wainwright.demo import regulars
from wainwright.demo.acts import (
    Act,
    Buy,
    Cancel,
    Declare,
    Open,
    Pause,
    Refund,
    Replace,
    Reprice,
    Resume,
    Undo,
)
from wainwright.demo.people import Person, people_of
from wainwright.demo.shops import AGENCY, CLIENTS, SHOPS, Shop

DAYS, BUYERS, SEED = 730, sum(shop.buyers for shop in SHOPS), 3

# How much each way to pay is liked; those of short periods are new.
LIKED = {
    "nordlicht": {
        ("website-care", "monthly"): 10,
        ("website-care", "yearly"): 4,
        ("launch-workshop", "split3"): 3,
        ("launch-workshop", "once"): 3,
        ("copy-desk", "weekly"): 2,
        ("style-guide", "free"): 2,
    },
    "lindenhof": {
        ("yoga-online", "monthly"): 28,
        ("yoga-online", "quarterly"): 7,
        ("yoga-online", "half_yearly"): 5,
        ("yoga-online", "yearly"): 5,
        ("morgenimpuls", "daily"): 7,
        ("ausbildung", "split6"): 5,
        ("ausbildung", "split4"): 4,
        ("ausbildung", "split2"): 3,
        ("ausbildung", "once"): 2,
        ("atem-holen", "once"): 8,
    },
    "fernhill": {
        ("plan-of-the-month", "monthly"): 16,
        ("plan-of-the-month", "yearly"): 6,
        ("hand-tool-course", "limited10"): 8,
        ("hand-tool-course", "split5"): 5,
        ("tutor-call", "two_weekly"): 6,
        ("bench-plans", "once"): 8,
    },
    "kumo": {
        ("tea-bowl-club", "quarterly"): 7,
        ("tea-bowl-club", "half_yearly"): 4,
        ("wheel-class", "monthly"): 8,
        ("glaze-recipes", "once"): 4,
        ("glaze-recipes", "split2"): 3,
    },
    "mesa": {
        ("sourdough-school", "monthly"): 12,
        ("sourdough-school", "yearly"): 4,
        ("bake-along", "weekly"): 4,
        ("starter-kit", "once"): 5,
        ("starter-kit", "split3"): 4,
    },
}
SHORT = {"daily": 1, "weekly": 7, "two_weekly": 14}
LONG = {"monthly": 31, "quarterly": 92, "half_yearly": 183, "yearly": 366}
CARDS = {
    "visa": 60,
    "mastercard": 22,
    "asks_once": 8,
    "declines_later": 5,
    "asks_then_empty": 3,
    "keeps_refunds": 2,
}
REFUSED = ("insufficient_funds", "generic", "expired", "wrong_cvc")
FAILING = {"declines_later", "asks_then_empty"}
NOTES = {
    "en": ("Bought by mistake", "Goodwill for a late answer", "Charged twice by misunderstanding"),
    "de": ("Versehentlich gekauft", "Kulanz wegen später Antwort", "Doppelt bestellt"),
}


def tell(*, days: int = DAYS, buyers: int = BUYERS, seed: int = SEED) -> list[Act]:
    """Everything that happens within so many days, in order."""
    lot = random.Random(seed)  # noqa: S311 - a story, not a secret
    acts: list[Act] = [Open(at=max(0.0, days - shop.since), shop=shop) for shop in SHOPS]
    if days >= AGENCY.since:
        acts.append(
            Reprice(at=days - 300, shop=AGENCY, ware="website-care", price="monthly", amount=5900)
        )
    for shop in SHOPS:
        acts += _trade_of(shop, days, round(shop.buyers * buyers / BUYERS), lot)
    acts += _declarations(days)
    # A sort keeps the order of what happens at the same moment.
    return sorted((act for act in acts if 0 <= act.at < days), key=lambda act: act.at)


def _trade_of(shop: Shop, days: int, buyers: int, lot: random.Random) -> Iterator[Act]:
    opened = max(0.0, days - shop.since) + 0.1
    known = [one for one in regulars.of(shop, days) if one.since > opened]
    for one in known:
        yield from one.acts
    people = people_of(shop.people, lot)
    liked = LIKED[shop.slug]
    each_once = iter(liked)
    for number, who in enumerate(islice(people, max(0, buyers - len(known)))):
        choice = next(each_once, None) or lot.choices(list(liked), list(liked.values()))[0]
        yield from _life(f"{shop.slug}-{number}", who, shop, choice, opened, days, lot)
        if lot.random() < 0.5:
            choice = lot.choices(list(liked), list(liked.values()))[0]
            yield from _life(f"{shop.slug}-{number}-more", who, shop, choice, opened, days, lot)
    for number, who in enumerate(islice(people, buyers // 14)):
        ware, price = lot.choice(list(liked))
        yield Buy(
            at=lot.uniform(opened, days),
            purchase=f"{shop.slug}-left-{number}",
            who=who,
            shop=shop,
            ware=ware,
            price=price,
            card="",
        )


def _life(
    name: str,
    who: Person,
    shop: Shop,
    choice: tuple[str, str],
    opened: float,
    days: int,
    lot: random.Random,
) -> Iterator[Act]:
    """One purchase and what becomes of it."""
    ware, price = choice
    terms = next(one for one in shop.wares if one.slug == ware).prices[price]
    interval = terms.get("interval", "")
    first = max(opened, days - 58) if interval in SHORT else opened
    at = first + (days - 1 - first) * lot.random() ** 1.4  # more of them early than late
    card = lot.choices(list(CARDS), list(CARDS.values()))[0] if interval else "visa"
    expires = at + lot.uniform(45, 420) if interval and lot.random() < 0.08 else None
    yield Buy(
        at=at,
        purchase=name,
        who=who,
        shop=shop,
        ware=ware,
        price=price,
        card=card,
        expires=expires,
        refused=lot.choice(REFUSED) if lot.random() < 0.07 else "",
    )
    if lot.random() < 0.1:
        yield Refund(
            at=at + lot.uniform(0.5, 13),
            purchase=name,
            percent=lot.choice((100, 100, 20, 50)),
            note=lot.choice(NOTES[shop.language]),
        )
    if terms["kind"] in ("subscription", "limited"):
        yield from _changes_of_mind(name, at, interval, lot)
    if card in FAILING or expires is not None:
        yield from _new_card(name, at, terms, expires, lot)


def _changes_of_mind(name: str, at: float, interval: str, lot: random.Random) -> Iterator[Act]:
    if lot.random() < 0.06:
        paused = at + lot.uniform(10, 200)
        yield Pause(at=paused, purchase=name)
        yield Resume(at=paused + lot.uniform(15, 70), purchase=name)
    if lot.random() < 0.4:
        stays = lot.uniform(3, 40) if interval in SHORT else lot.uniform(40, 420)
        source = lot.choices(("hub", "dashboard"), (4, 1))[0]
        at_once = source == "dashboard" and lot.random() < 0.3
        yield Cancel(at=at + stays, purchase=name, source=source, at_once=at_once)
        if lot.random() < 0.18:
            yield Undo(at=at + stays + lot.uniform(0.1, 4), purchase=name)


def _new_card(
    name: str, at: float, terms: dict[str, object], expires: float | None, lot: random.Random
) -> Iterator[Act]:
    """Of those whose card fails, most give another one a few days after the letter."""
    period = {**SHORT, **LONG}[str(terms["interval"])]
    trial = terms.get("trial_days") or 0
    assert isinstance(trial, int)
    fails = expires + 30 if expires is not None else at + (trial or period)
    if lot.random() < 0.6:
        yield Replace(at=fails + lot.uniform(1, 6), purchase=name)


def _declarations(days: int) -> Iterator[Act]:
    """What waits on the legal desk when the demo opens, and one that was seen to."""
    lot = random.Random(days)  # noqa: S311
    declared = (
        ("lindenhof", "cancel", "Yoga online, halbjährlich", "", ""),
        ("fernhill", "withdraw", "Plan of the Month, ordered last week", "", ""),
        ("mesa", "cancel", "Sourdough School", "We are moving abroad.", ""),
        ("lindenhof", "withdraw", "Buch: Atem holen", "", "Buch ist zurück, Geld erstattet."),
    )
    shops = {shop.slug: shop for shop in CLIENTS}
    for number, (slug, kind, contract, reason, carried_out) in enumerate(declared):
        shop = shops[slug]
        yield Declare(
            at=days - 1 + number / 10,
            who=next(islice(people_of(shop.people, lot), 3 + number, None)),
            shop=shop,
            kind=kind,
            contract=contract,
            reason=reason,
            carried_out=carried_out,
        )
