"""How things stand today: a sentence, the figures, the latest sales."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from wainwright.accounts.links import link_for
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST
from wainwright.reports import subscriptions as plans
from wainwright.reports import today
from wainwright.reports.today import Taking
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed

LATEST = 10


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person."""

    said: str
    href: str


@require_safe
@staff_page
def page(request: StaffRequest) -> HttpResponse:
    reach = request.reach
    subscriptions = reach.subscriptions()
    counts = plans.counts(subscriptions)
    takings = today.takings(reach.entries(), reach.main.zone)
    needs = needs_of(request, counts)
    latest = reach.entries().select_related("customer", "order").order_by("-at", "-pk")[:LATEST]
    return framed(
        request,
        "home.html",
        {
            "sentence": sentence(needs, plans.recurring(subscriptions)),
            "needs": needs,
            "figures": figures(takings, counts),
            "latest": list(latest),
            "entry_kind": words.entry_kind,
            "steps": steps(request),
        },
        room="home",
    )


def sentence(needs: list[Need], recurring: list[Money]) -> str:
    """The day's sentence: whether something waits, and what comes in by itself each month."""
    said = (
        ngettext("%(count)s thing needs you.", "%(count)s things need you.", len(needs))
        % {"count": len(needs)}
        if needs
        else _("Nothing needs you.")
    )
    if not recurring:
        return said
    return _("%(said)s Recurring revenue: %(sums)s a month.") % {
        "said": said,
        "sums": words.sums(recurring),
    }


def needs_of(request: StaffRequest, counts: dict[str, int]) -> list[Need]:
    reach = request.reach
    found = []
    if reach.restores().filter(resumed_at=None).exists():
        said = _("Billing is paused after a restore of the database: nothing is charged")
        found.append(Need(said, reverse("dashboard:restored")))
    if late := counts["past_due"]:
        said = ngettext("%(n)s payment is overdue", "%(n)s payments are overdue", late)
        found.append(Need(said % {"n": late}, _list("subscriptions", "past_due")))
    if unsettled := today.unsettled(reach.payments()):
        said = ngettext(
            "%(n)s payment has had no answer from its bank for over an hour",
            "%(n)s payments have had no answer from their bank for over an hour",
            unsettled,
        )
        found.append(Need(said % {"n": unsettled}, reverse("dashboard:transactions")))
    if refused := today.refused_refunds(reach.refunds()):
        said = ngettext(
            "%(n)s refund was refused by the bank",
            "%(n)s refunds were refused by the bank",
            refused,
        )
        found.append(Need(said % {"n": refused}, reverse("dashboard:transactions")))
    if reach.is_owner and (held := reach.holds().filter(decided_at=None).count()):
        said = ngettext(
            "%(n)s question of billing waits for your decision",
            "%(n)s questions of billing wait for your decision",
            held,
        )
        found.append(Need(said % {"n": held}, reverse("dashboard:decisions")))
    if reach.is_owner and (odd := reach.differences().filter(settled_at=None).count()):
        said = ngettext(
            "%(n)s difference between the gateway's books and ours",
            "%(n)s differences between the gateway's books and ours",
            odd,
        )
        found.append(Need(said % {"n": odd}, reverse("dashboard:differences")))
    if resting := today.silent_gateways(reach.connections()):
        said = ngettext(
            "%(n)s payment gateway does not answer; charges wait until it does",
            "%(n)s payment gateways do not answer; charges wait until they do",
            resting,
        )
        found.append(Need(said % {"n": resting}, reverse("dashboard:transactions")))
    if reach.is_owner and (waiting := reach.statements().filter(handled_at=None).count()):
        said = ngettext(
            "%(n)s cancellation or withdrawal was declared at the legal desk",
            "%(n)s cancellations or withdrawals were declared at the legal desk",
            waiting,
        )
        found.append(Need(said % {"n": waiting}, reverse("dashboard:statements")))
    return found


def figures(takings: list[Taking], counts: dict[str, int]) -> list[tuple[str, str, str, str]]:
    """What came in within 30 days, per currency; then how many subscriptions run."""
    ledger = reverse("dashboard:transactions")
    rows = [
        (
            _("Last 30 days, %(currency)s") % {"currency": taking.month.currency},
            formats.money(taking.month),
            _in_detail(taking),
            ledger,
        )
        for taking in takings
    ]
    running = formats.number(counts["active"] + counts["past_due"])
    in_trial = ""
    if counts["trial"]:
        in_trial = ngettext("and %(n)s in trial", "and %(n)s in trial", counts["trial"]) % {
            "n": formats.number(counts["trial"])
        }
    return [*rows, (_("Active subscriptions"), running, in_trial, _list("subscriptions", "active"))]


def _in_detail(taking: Taking) -> str:
    today = _("Today %(sum)s") % {"sum": formats.money(taking.today)}
    change = taking.change_percent
    if not change:
        return today
    said = _("%(today)s; up %(percent)s %% on the 30 days before")
    if change < 0:
        said = _("%(today)s; down %(percent)s %% on the 30 days before")
    return said % {"today": today, "percent": formats.number(abs(change), 1)}


def _list(name: str, view: str) -> str:
    return f"{reverse(f'dashboard:{name}')}?view={view}"


def steps(request: StaffRequest) -> list[tuple[str, str, bool]]:
    """What a new account does first: (words, where, done); empty once all of it is done."""
    reach = request.reach
    product = reach.products().filter(archived_at=None).order_by("pk").first()
    priced = reach.prices().filter(archived_at=None).exists()
    connected = reach.connections().filter(active=True).exists()
    sold = reach.orders().exists()
    if sold or not reach.is_owner:
        return []
    business = reach.main.public_id
    price_page = (
        reverse("dashboard:price_new", args=[product.public_id])
        if product
        else reverse("dashboard:product_new")
    )
    gateway = (
        _("Connect the Test gateway") if request.mode == TEST else _("Connect a payment gateway")
    )
    shop = (
        link_for(product.business, "checkout:product", slug=product.slug)
        if product
        else reverse("dashboard:products")
    )
    return [
        (_("Make a product"), reverse("dashboard:product_new"), product is not None),
        (_("Set its price"), price_page, priced),
        (gateway, reverse("dashboard:settings_payments", args=[business]), connected),
        (_("Buy it yourself once"), shop, False),
        (_("Copy the hub's address"), reverse("dashboard:hub_address", args=[business]), False),
    ]
