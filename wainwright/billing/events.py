"""Facts that billing announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wainwright.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SubscriptionEvent(Event):
    subscription_id: int


@dataclass(frozen=True, kw_only=True)
class Act(SubscriptionEvent):
    """Something that was done to it: by whom, from where (hub, dashboard, ...) and why."""

    by: str = ""
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SubscriptionStarted(SubscriptionEvent):
    name: ClassVar[str] = "subscription.started"


@dataclass(frozen=True, kw_only=True)
class RenewalFailed(SubscriptionEvent):
    """A bill was declined, once for all that it charges: `others` are on it besides the first.

    `retry_at` (ISO, UTC) is null when it was the last try.
    """

    name: ClassVar[str] = "subscription.renewal_failed"

    others: list[int]
    bill_id: int
    payment_id: int | None
    decline: str
    failures: int
    retry_at: str | None


@dataclass(frozen=True, kw_only=True)
class CancellationAsked(Act):
    """It will end at `cancel_at` (ISO, UTC) and is not charged again.

    `charged_before` is true where a later day was asked for, and payments fall due until then.
    """

    name: ClassVar[str] = "subscription.cancellation_asked"

    cancel_at: str
    charged_before: bool = False


@dataclass(frozen=True, kw_only=True)
class CancellationUndone(Act):
    name: ClassVar[str] = "subscription.cancellation_undone"


@dataclass(frozen=True, kw_only=True)
class SubscriptionCancelled(Act):
    """It has ended. `announced` tells whether the customer was told before, when asking."""

    name: ClassVar[str] = "subscription.cancelled"

    announced: bool


@dataclass(frozen=True, kw_only=True)
class SubscriptionCompleted(SubscriptionEvent):
    """Its last payment was made."""

    name: ClassVar[str] = "subscription.completed"


@dataclass(frozen=True, kw_only=True)
class SubscriptionPaused(Act):
    """Nothing is charged until it goes on: at `resume_at` (ISO, UTC), or null without an end."""

    name: ClassVar[str] = "subscription.paused"

    resume_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class SubscriptionResumed(Act):
    name: ClassVar[str] = "subscription.resumed"


@dataclass(frozen=True, kw_only=True)
class SubscriptionReactivated(Act):
    """It had ended and was brought back in time."""

    name: ClassVar[str] = "subscription.reactivated"


@dataclass(frozen=True, kw_only=True)
class PlanChanged(Act):
    """Another price or quantity is in force. `bill_id` is null in a trial, which bills nothing."""

    name: ClassVar[str] = "subscription.plan_changed"

    plan: str = ""
    bill_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlanChangeAsked(Act):
    """Another price or quantity will be in force from `at` (ISO, UTC) on."""

    name: ClassVar[str] = "subscription.plan_change_asked"

    at: str
    plan: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanKept(Act):
    """A change that was planned is off; the plan in force stays."""

    name: ClassVar[str] = "subscription.plan_kept"


@dataclass(frozen=True, kw_only=True)
class PlanChangeFailed(Act):
    """The payment of a change was declined; the plan in force stays, and nothing is owed."""

    name: ClassVar[str] = "subscription.plan_change_failed"

    plan: str
    decline: str


@dataclass(frozen=True, kw_only=True)
class BillDayChosen(Act):
    """Its periods will begin on that day of the month, from the payment at `at` (ISO, UTC) on.

    `others` moved with it and are told of by the same letter; of theirs `others` is null.
    """

    name: ClassVar[str] = "subscription.bill_day_chosen"

    day: int
    at: str
    others: list[int] | None


@dataclass(frozen=True, kw_only=True)
class BillingHeld(Event):
    """Something is not charged until the seller decides. `subscription_id` is null for a run."""

    name: ClassVar[str] = "billing.held"

    hold_id: int
    subscription_id: int | None


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(Event):
    """Access to something bought ended, because money for it went back.

    `subscription_id` is null for what was bought once.
    """

    name: ClassVar[str] = "access.revoked"

    order_id: int
    product_id: int
    subscription_id: int | None


@dataclass(frozen=True, kw_only=True)
class AccessRestored(Event):
    """Access that a chargeback took is given back, because the chargeback was reversed."""

    name: ClassVar[str] = "access.restored"

    order_id: int
    product_id: int
    subscription_id: int | None


@dataclass(frozen=True, kw_only=True)
class MethodReplaced(SubscriptionEvent):
    """Another card (or the like) pays it from now on."""

    name: ClassVar[str] = "subscription.method_replaced"

    method_id: int
