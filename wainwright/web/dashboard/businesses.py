"""The account's businesses: its own, and those of an agency's clients."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from wainwright.accounts import opening
from wainwright.web.countries import CountryField
from wainwright.web.dashboard.faces import BUSINESS, StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import ZoneField, refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "businesses"


class BusinessForm(forms.Form):
    """What a new business needs at first."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    slug = forms.CharField(
        label=gettext_lazy("Short name in addresses"),
        max_length=40,
        help_text=gettext_lazy("3 to 40 small letters, digits and hyphens. It stays."),
    )
    country = CountryField(required=False)
    zone = ZoneField(initial="UTC")
    support_email = forms.EmailField(
        label=gettext_lazy("Support e-mail"), max_length=254, required=False
    )


@require_safe
@staff_page(owner=True)
def businesses(request: StaffRequest) -> HttpResponse:
    return framed(request, "businesses.html", {"rows": request.reach.businesses}, room=ROOM)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def new(request: StaffRequest) -> HttpResponse:
    form = BusinessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = opening.add_business(by=request.actor, **form.cleaned_data)
            request.session[BUSINESS] = made.public_id
            toast(request, _("%(name)s is added. Now say who it is.") % {"name": made.name})
            return see_other("settings_identity", business_id=made.public_id)
    return framed(request, "business_new.html", {"form": form}, room=ROOM)
