"""What stands around every page of the dashboard: rail, business switch, mode switch, menu."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wainwright.web import formats
from wainwright.web.dashboard.faces import StaffRequest
from wainwright.web.fragments import render_page
from wainwright.web.routes import url
from wainwright.web.tables import Column

Link = tuple[str, str, str, bool]


def page(
    request: StaffRequest,
    template: str,
    context: dict[str, Any],
    *,
    room: str,
    status: int = 200,
    block: str = "",
) -> HttpResponse:
    """`dashboard/<template>` within the frame; `room` is the noun of the rail it belongs to."""
    whole = frame(request, room) | context
    name = f"dashboard/{template}"
    if block:
        return render_page(request, name, whole, block=block)
    return render(request, name, whole, status=status)


def frame(request: StaffRequest, room: str) -> dict[str, Any]:
    user = request.user
    return {
        "nav": rail(request, room),
        "businesses": business_switch(request, room),
        "mode": request.mode,
        "mode_action": f"{url('dashboard:mode')}?next={url(f'dashboard:{room}')}",
        "search_action": url("dashboard:search"),
        "query": "",
        "user_name": user.name or user.email,
        "user_links": user_links(),
        "sign_out": url("account_logout"),
        "is_owner": request.reach.is_owner,
        "capital": capfirst,
        "number_column": Column(_("Sum"), number=True),
    }


def rail(request: StaffRequest, room: str) -> list[Link]:
    """The nouns this member has; a client user's house has fewer rooms, not locked doors."""
    rooms = [
        ("home", _("Home"), "home"),
        ("transactions", _("Transactions"), "list"),
        ("subscriptions", _("Subscriptions"), "repeat"),
        ("customers", _("Customers"), "people"),
        ("products", _("Products"), "tag"),
        ("documents", _("Documents"), "document"),
    ]
    if request.reach.is_owner:
        rooms += [
            ("statements", _("Legal desk"), "pencil"),
            ("businesses", _("Businesses"), "building"),
            ("team", _("People"), "person"),
            ("settings", _("Settings"), "gear"),
        ]
    return [(words, url(f"dashboard:{name}"), icon, name == room) for name, words, icon in rooms]


def business_switch(request: StaffRequest, room: str) -> list[tuple[str, str, bool]]:
    reach = request.reach
    here = url(f"dashboard:{room}")
    entries = [
        (business.name, f"{here}?business={business.public_id}", business == reach.business)
        for business in reach.businesses
    ]
    if len(entries) > 1:
        entries.insert(0, (_("All businesses"), f"{here}?business=all", reach.business is None))
    return entries


def user_links() -> list[tuple[str, str]]:
    languages = [
        (formats.language(code), f"{url('dashboard:home')}?language={code}")
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]
    return [
        (_("Your login"), url("dashboard:you")),
        (_("Accounts"), url("dashboard:places")),
        *languages,
    ]
