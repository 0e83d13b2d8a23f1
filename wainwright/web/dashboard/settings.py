"""How a business presents itself, numbers its documents and takes money."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.accounts import changing
from wainwright.accounts.links import path_for
from wainwright.accounts.models import Business
from wainwright.core.tenancy import TEST
from wainwright.customers.models import Customer
from wainwright.hub.message import PLACEHOLDERS, message_for
from wainwright.invoicing import numbering, queries
from wainwright.invoicing.models import KINDS
from wainwright.payments import webhook_secrets
from wainwright.payments.connections import connect_test_gateway
from wainwright.payments.gateways.base import GatewayError
from wainwright.web import accents
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.settings_forms import (
    HubForm,
    IdentityForm,
    LogoForm,
    SeriesForm,
    WebhookSecretForm,
    values_of,
)
from wainwright.web.toasts import toast

ROOM = "settings"


@require_safe
@staff_page(owner=True)
def start(request: StaffRequest) -> HttpResponse:
    """The settings of the business looked at."""
    return see_other("settings_identity", business_id=request.reach.main.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def identity(request: StaffRequest, business_id: str) -> HttpResponse:
    """Who it is and where it can be reached: on documents, letters and pages from now on."""
    business = request.reach.business_called(business_id)
    form = IdentityForm(request.POST or None, initial=values_of(business, IdentityForm))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            changing.change_business(business, by=request.actor, **form.cleaned_data)
            toast(request, _("Saved. Documents issued before stay as they are."))
            return see_other("settings_identity", business_id=business.public_id)
        business.refresh_from_db()
    return _page(request, business, "settings_identity", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def hub(request: StaffRequest, business_id: str) -> HttpResponse:
    """The hub's message, shown as a customer would see it before it is saved, and its colour."""
    business = request.reach.business_called(business_id)
    form = HubForm(request.POST or None, initial=values_of(business, HubForm))
    shown: Business = business
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            shown = Business(name=business.name, support_email=business.support_email)
            shown.hub_message = form.cleaned_data["hub_message"]
        else:
            with refusals_in(form):
                changing.change_business(business, by=request.actor, **form.cleaned_data)
                toast(request, _("Saved. Your customers see it from now on."))
                return see_other("settings_hub", business_id=business.public_id)
    return _hub_page(request, business, form, LogoForm(), message_for(shown, _example()))


def _example() -> Customer:
    return Customer(name=_("Ada Byron"), email="ada@example.com")


@require_POST
@staff_page(owner=True)
def logo(request: StaffRequest, business_id: str) -> HttpResponse:
    """Another picture, or none."""
    business = request.reach.business_called(business_id)
    if "remove" in request.POST:
        changing.remove_logo(business, by=request.actor)
        toast(request, _("The logo is gone; your name stands in its place."))
        return see_other("settings_hub", business_id=business.public_id)
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_in(form):
            changing.set_logo(business, form.cleaned_data["logo"].read(), by=request.actor)
            toast(request, _("This is your logo from now on."))
            return see_other("settings_hub", business_id=business.public_id)
    words = HubForm(initial=values_of(business, HubForm))
    return _hub_page(request, business, words, form, message_for(business, _example()))


def _hub_page(
    request: StaffRequest, business: Business, form: HubForm, logo_form: LogoForm, preview: str
) -> HttpResponse:
    context: dict[str, object] = {
        "form": form,
        "logo_form": logo_form,
        "preview": preview,
        "placeholders": [f"{{{name}}}" for name in PLACEHOLDERS],
        "accent": accents.accent(business.accent),
        "logo_url": path_for(business, "files:logo") if business.logo else "",
        "hub_url": path_for(business, "hub:door"),
    }
    return _page(request, business, "settings_hub", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def documents(request: StaffRequest, business_id: str) -> HttpResponse:
    """How invoices and credit notes are numbered, in the mode looked at."""
    business = request.reach.business_called(business_id)
    posted = request.POST.get("series") if request.method == "POST" else None
    forms = {
        kind: SeriesForm(
            request.POST if posted == kind else None,
            auto_id=f"id_{kind}_%s",
            initial=_numbering(business, kind),
        )
        for kind, _name in KINDS
    }
    form = forms.get(posted or "")
    if form is not None and form.is_valid():
        with refusals_in(form):
            _renumber(request, business, posted or "", form)
            return see_other("settings_documents", business_id=business.public_id)
    rows = [
        (kind, name, forms[kind], queries.next_number_text(business, kind)) for kind, name in KINDS
    ]
    return _page(request, business, "settings_documents", {"rows": rows})


def _numbering(business: Business, kind: str) -> dict[str, object]:
    wanted = queries.numbering_of(business, kind)
    return {"series_prefix": wanted.prefix, "yearly": wanted.yearly}


def _renumber(request: StaffRequest, business: Business, kind: str, form: SeriesForm) -> None:
    typed = form.cleaned_data
    numbering.configure(
        business, kind, prefix=typed["series_prefix"], yearly=typed["yearly"], by=request.actor
    )
    if typed["start"]:
        numbering.raise_start(business, kind, typed["start"], by=request.actor)
    toast(request, _("Saved. It counts from the next document on."))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def payments(request: StaffRequest, business_id: str) -> HttpResponse:
    """The gateways that take this business's money; in test mode, the Test gateway."""
    business = request.reach.business_called(business_id)
    if request.method == "POST" and request.mode == TEST:
        connect_test_gateway(business, by=request.actor)
        toast(request, _("The Test gateway is connected: test cards can pay now."))
        return see_other("settings_payments", business_id=business.public_id)
    rows = request.reach.whole.connections().filter(business=business, active=True)
    return _page(request, business, "settings_payments", {"connections": rows.order_by("pk")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def webhook_secret(request: StaffRequest, connection_id: str) -> HttpResponse:
    """A new secret for a gateway's webhooks; how long the one before is believed beside it."""
    rows = request.reach.whole.connections().filter(active=True).select_related("business")
    found = get_object_or_404(rows, public_id=connection_id)
    request.reach.stand_in(found)
    if not webhook_secrets.renewable(found):
        raise Http404
    form = WebhookSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook_secrets.renew(found, days=form.cleaned_data["days"], by=request.actor)
            toast(request, _("The gateway signs with a new secret from now on."))
            return see_other("settings_payments", business_id=found.business.public_id)
        except GatewayError:
            form.add_error(None, _("The gateway gave no new secret. The old one stays in use."))
    context: dict[str, object] = {"tab": "settings_payments", "connection": found, "form": form}
    return framed(
        request, "settings_webhook_secret.html", {"of": found.business} | context, room=ROOM
    )


def _page(
    request: StaffRequest, business: Business, name: str, context: dict[str, object]
) -> HttpResponse:
    return framed(request, f"{name}.html", {"of": business, "tab": name} | context, room=ROOM)
