"""Choosing a bill day and agreeing to the way there, for customers and sellers alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy

from wainwright.billing import aligning, course, previewing
from wainwright.billing.aligning import Way
from wainwright.billing.course import Align
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
        if any(charge.standing.id in act.methods for charge in draft.charges)
    ]
    return DayOutlook(
        act,
        [aligning.way_of(each) for each in after],
        bills,
        cards=len(set(act.methods.values())),
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


def usual_day(moved: Sequence[Subscription]) -> int:
    """A day on which one of them is billed now, for a choice that was not made yet."""
    standing = standing_of(moved[0])
    return min(standing.day(standing.end(standing.made)).day, aligning.LAST)
