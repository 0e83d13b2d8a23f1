"""What a customer may do alone."""

from __future__ import annotations

from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price


def may_cancel(subscription: Subscription) -> bool:
    """Subscriptions, trials and limited plans may be left; split pay is one price in parts."""
    return subscription.can_cancel and not is_split(subscription)


def is_split(subscription: Subscription) -> bool:
    return subscription.kind == Price.SPLIT


def may_undo(subscription: Subscription) -> bool:
    return subscription.can_undo_cancel


def may_replace_method(subscription: Subscription) -> bool:
    """As long as something may still be charged."""
    return subscription.can_change_method and subscription.cancel_at is None
