"""Telling whoever started the demo where to go and who to be."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.accounts.links import link_for
from wainwright.demo import regulars, story
from wainwright.demo.seeding import PASSWORD
from wainwright.demo.shops import AGENCY, SHOPS
from wainwright.payments.gateways.test import cards
from wainwright.web.landing.ways import Login, Regular, Ways

SHOWN_CARDS = ("visa", "generic", "asks_once", "declines_later")


def ways() -> Ways:
    """Everybody somebody may want to be."""
    return Ways(
        password=PASSWORD,
        logins=tuple(
            Login(*shop.user, business="" if shop is AGENCY else shop.name) for shop in SHOPS
        ),
        regulars=tuple(
            Regular(one.who.contact.email, one.who.contact.name, one.shop.slug)
            for one in regulars.everybody(story.DAYS)
        ),
    )


def invite() -> None:
    """Prints that the demo is ready, and the ways in."""
    print(f"Ready: {settings.URL}/", *_lines(), sep="\n", flush=True)  # noqa: T201


def _lines() -> list[str]:
    kept = Ways.read(settings.DATA)
    assert kept is not None
    known = {business.slug: business for business in directory.businesses()}
    lines = ["", _("Dashboard: %(url)s") % {"url": f"{settings.URL}/dashboard/"}]
    lines += [
        f"  {login.email:26} {login.business or _('the agency, sees every business')}"
        for login in kept.logins
    ]
    lines.append("  " + _("Everybody's password: %(password)s") % {"password": kept.password})
    lines += ["", _("Checkout:")]
    lines += [
        f"  {shop.name:26} {_checkout(shop.slug, shop.wares[0].slug)}"
        for shop in SHOPS
        if shop.slug in known
    ]
    lines += ["  " + _("Test cards, with any later expiry and any three digits:")]
    lines += [
        f"  {cards.by_code(code).number}           {cards.by_code(code).does}"
        for code in SHOWN_CARDS
    ]
    lines += ["", _("Customers' hub; the way in comes by letter:")]
    lines += [
        f"  {regular.email:32} {link_for(known[regular.slug], 'hub:door')}"
        for regular in kept.regulars
        if regular.slug in known
    ]
    return [
        *lines,
        f"  {'':32} {settings.URL}/updateinfo/",
        "",
        _("Letters: %(url)s and %(folder)s")
        % {"url": f"{settings.URL}/_mail/", "folder": settings.MAIL_FOLDER},
        _("A month passes by: %(command)s")
        % {
            "command": f"bin/wainwright clock advance --account {AGENCY.slug} --days 31"
            f" --data {settings.DATA}"
        },
        _("Ctrl-C stops the demo; the next start finds it as you left it."),
    ]


def _checkout(slug: str, ware: str) -> str:
    business = directory.business_by_slug(slug)
    assert business is not None
    return link_for(business, "checkout:product", slug=ware)
