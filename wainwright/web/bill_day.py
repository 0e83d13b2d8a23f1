"""Choosing a bill day and agreeing to the way there, for customers and sellers alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.billing import aligning, course, previewing
from wainwright.billing.aligning import Way
from wainwright.billing.course import Align
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.billing.standing import standing_of
from wainwright.core import clock
from wainwright.web.outlook import Bill, bill_of


@dataclass(frozen=True, slots=True)
class DayOutlook:
    """What agreeing brings: the way of each to the day, and the bills of a year on which they are.

    `cards` is how many are charged, each by itself; `kept` says that everything is so already.
    """

    act: Align
    ways: list[Way]
    bills: list[Bill]
    cards: int
    kept: bool

    @property
    def shown(self) -> str:
        """What whoever agrees has seen: when which sum is charged, in minor units."""
        return " ".join(f"{way.at.isoformat()}={way.sum.minor}" for way in self.ways)


def day_outlook(subscription: Subscription, moved: Sequence[Subscription], day: int) -> DayOutlook:
    """Nothing is written. `moved` holds the subscription itself."""
    act = aligning.proposed(moved, day)
    before = [standing_of(each) for each in moved]
    after = [course.after(each, act, clock.now()) for each in before]
    bills = [
        bill_of(draft)
        for draft in previewing.preview(subscription, act)
        if any(charge.standing.id in act.subscriptions for charge in draft.charges)
    ]
    return DayOutlook(
        act,
        [aligning.way_of(each) for each in after],
        bills,
        cards=len({each.method and each.method.card for each in moved}),
        kept=before == after,
    )


class BillDayForm(forms.Form):
    """A day of the month. `shown` says to what the person agreed."""

    day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        coerce=int,
        choices=[(day, str(day)) for day in range(aligning.FIRST, aligning.LAST + 1)],
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def agrees(self, look: DayOutlook) -> bool:
        """Whether what would be charged is what was shown."""
        return bool(self.cleaned_data["shown"] == look.shown)


@dataclass
class Choice:
    """One who chooses: `look` once a day that changes something was named, `said` where it does
    not go on."""

    form: BillDayForm
    look: DayOutlook | None = None
    said: str = ""


def chosen(
    request: HttpRequest,
    subscription: Subscription,
    moved: Sequence[Subscription],
    make: type[BillDayForm],
    agree: Callable[[DayOutlook, BillDayForm], None],
) -> Choice | None:
    """The choice; with a day in the address, the way there; posting what was shown agrees.

    None once it is agreed. What `agree` refuses is said.
    """
    posted = request.method == "POST"
    named = request.POST if posted else request.GET if "day" in request.GET else None
    choice = Choice(make(named, initial={"day": usual_day(moved)}))
    if not choice.form.is_valid():
        return choice
    choice.look = day_outlook(subscription, moved, choice.form.cleaned_data["day"])
    if posted and not choice.form.agrees(choice.look):
        choice.said = _("The sums have changed since you saw them. Please look once more.")
    elif posted:
        try:
            agree(choice.look, choice.form)
        except MoveRefused as refused:
            choice.said = refused.message
        else:
            return None
    elif choice.look.kept:
        choice.look = None
        choice.said = _("They are charged on this day already. Choose another one.")
    return choice


def usual_day(moved: Sequence[Subscription]) -> int:
    """A day on which one of them is billed now, for a choice that was not made yet."""
    standing = standing_of(moved[0])
    return min(standing.day(standing.end(standing.made)).day, aligning.LAST)
