"""What another plan will cost and when, ready for a page: what is shown is what is charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from wainwright.billing import changing, previewing, states
from wainwright.billing.course import Act, Switch
from wainwright.billing.models import Subscription
from wainwright.billing.planning import Draft, Part, Reason
from wainwright.billing.standing import Plan, standing_of
from wainwright.core.money import Money
from wainwright.tax.queries import Rates
from wainwright.web import formats, sentences


@dataclass(frozen=True, slots=True)
class Line:
    """What it is, why it stands there, and how much with its tax; below zero takes off."""

    words: str
    reason: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """`parts` says how it is charged, where parts were agreed."""

    at: datetime
    lines: list[Line]
    sum: Money
    tax: Money
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The plan wanted, in force at `at`; satisfies sentences.Plan.

    `today` is charged at once; none where nothing is billed before the next payment. `later` are
    the bills of a year on which the subscription stands; `left` is the credit for them. Where it
    `asks_more`, whoever pays must agree to it.
    """

    plan: Plan
    at: datetime | None
    today: Bill | None
    later: list[Bill]
    left: Money
    regular: Money
    asks_more: bool
    trial_ends_at: datetime | None
    made: int
    total: int | None = None
    last_at: datetime | None = None
    cancellable: bool = True

    @property
    def interval(self) -> str:
        return self.plan.interval

    @property
    def next_at(self) -> datetime | None:
        return self.later[0].at if self.later else None

    @property
    def sum_today(self) -> int:
        """In minor units: what whoever agrees has seen."""
        return self.today.sum.minor if self.today else 0

    @property
    def button(self) -> str:
        """What pressing it does, with the sums; a duty to pay says so."""
        if not self.asks_more and self.next_at is not None and self.at is None:
            return _("Change from %(date)s on") % {"date": formats.date(self.next_at)}
        zero = Money.zero(self.regular.currency)
        return _("Order and pay %(sum)s, then %(later)s %(each)s") % {
            "sum": formats.money(self.today.sum if self.today else zero),
            "later": formats.money(self.regular),
            "each": formats.interval(self.plan.interval),
        }


def outlook_of(subscription: Subscription, act: Switch) -> Outlook:
    """What agreeing to the change will bring. Nothing is written."""
    drafts = previewing.preview(subscription, act)
    in_trial = subscription.state == states.TRIALING
    at_once = act.at is not None and not in_trial
    today = bill_of(drafts.pop(0)) if at_once else None
    standing, rates = (
        standing_of(subscription),
        Rates.of([act.plan.product_id, subscription.product_id]),
    )
    own = [bill_of(draft) for draft in drafts if draft.concerns(subscription.pk)]
    return Outlook(
        plan=act.plan,
        at=act.at,
        today=today,
        later=own,
        left=previewing.credit_left(subscription, act),
        regular=Money(changing.regular(standing, act.plan, rates), subscription.currency),
        asks_more=changing.asks_more(standing, act.plan, rates),
        trial_ends_at=subscription.trial_ends_at if in_trial else None,
        made=subscription.payments_made,
    )


def coming_bills(subscription: Subscription, act: Act | None = None) -> list[Bill]:
    """The bills of the next twelve months on which it stands, as things are or after an act."""
    drafts = previewing.preview(subscription, act)
    return [bill_of(draft) for draft in drafts if draft.concerns(subscription.pk)]


def bill_of(draft: Draft) -> Bill:
    lines = [
        Line(sentences.line_words(line), reason_words(reason), line.gross)
        for line, reason in draft.rows
    ]
    return Bill(draft.at, lines, draft.totals.gross, draft.totals.tax, draft.parts)


def reason_words(reason: Reason) -> str:
    """Why a line stands on a bill."""
    return {
        Reason.RENEWAL: _("the next period"),
        Reason.AFTER_TRIAL: _("the first period after the trial"),
        Reason.INSTALLMENT: _("one of the payments agreed"),
        Reason.LAST_PART: _("the last part, until it ends"),
        Reason.UNTIL_BILL_DAY: _("the part until the bill day"),
        Reason.OVERDUE: _("owed from before"),
        Reason.NEW_PLAN: _("the new plan until the next payment"),
        Reason.UNUSED_TIME: _("paid for the old plan, not used"),
        Reason.CREDIT: _("left from an earlier change"),
    }[reason]
