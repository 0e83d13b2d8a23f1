"""The people of the account: its owner, and client users of single businesses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.accounts import opening
from wainwright.accounts.access import members_for
from wainwright.accounts.models import Business
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.staff import first_password_path
from wainwright.web.toasts import toast

ROOM = "team"


class InviteForm(forms.Form):
    """Who it is, and the business he may see and manage."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    business = forms.ChoiceField(label=gettext_lazy("Business"))

    def __init__(self, *args: Any, businesses: list[Business], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["business"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(each.public_id, each.name) for each in businesses]


@require_safe
@staff_page(owner=True)
def team(request: StaffRequest) -> HttpResponse:
    rows = members_for(request.member).select_related("user", "business")
    return framed(request, "team.html", {"rows": rows.order_by("role", "pk")}, room=ROOM)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def invite(request: StaffRequest) -> HttpResponse:
    """Gives a place; a new person's address to choose a password is shown this once."""
    initial = {"business": request.reach.business.public_id} if request.reach.business else None
    form = InviteForm(request.POST or None, businesses=request.reach.businesses, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = opening.invite_client_user(
                business=request.reach.business_called(form.cleaned_data["business"]),
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                by=request.actor,
            )
            is_new = not made.user.has_usable_password()
            context = {
                "invited": made,
                "address": settings.URL + first_password_path(made.user) if is_new else "",
            }
            return framed(request, "team_invited.html", context, room=ROOM)
    return framed(request, "team_invite.html", {"form": form}, room=ROOM)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def remove(request: StaffRequest, member_id: str) -> HttpResponse:
    """Takes the place away, at once; what the person did stays on record."""
    rows = members_for(request.member).exclude(pk=request.member.pk)
    found = get_object_or_404(rows.select_related("user", "business"), public_id=member_id)
    if request.method == "POST":
        opening.remove_member(found, by=request.actor)
        toast(request, _("%(email)s has no place here any more.") % {"email": found.user.email})
        return see_other("team")
    return framed(request, "team_remove.html", {"found": found}, room=ROOM)


@require_POST
@staff_page(owner=True)
def sign_out(request: StaffRequest, member_id: str) -> HttpResponse:
    """Ends the person's sessions on all devices; the place stays."""
    rows = members_for(request.member).exclude(pk=request.member.pk)
    found = get_object_or_404(rows.select_related("user"), public_id=member_id)
    opening.sign_out_member(found, by=request.actor)
    toast(request, _("%(email)s is signed out everywhere.") % {"email": found.user.email})
    return see_other("team")
