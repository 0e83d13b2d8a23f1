"""The kinds of letters. Each has its templates in web/templates/letters/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {
    "receipt": _("receipt"),
    "renewal_receipt": _("receipt of a renewal"),
    "part_receipt": _("receipt of a part"),
    "confirm_payment": _("a payment to confirm"),
    "payment_failed": _("a payment failed"),
    "subscription_given_up": _("ended after failed payments"),
    "cancellation_asked": _("cancellation"),
    "cancellation_undone": _("cancellation taken back"),
    "cancelled_now": _("cancelled at once"),
    "completed": _("last payment made"),
    "paused": _("paused"),
    "resumed": _("resumed"),
    "reactivated": _("brought back"),
    "plan_changed": _("another plan"),
    "plan_change_asked": _("another plan from the next period on"),
    "plan_kept": _("planned change taken back"),
    "bill_day_chosen": _("another bill day"),
    "plan_change_failed": _("a change that could not be paid"),
    "refund": _("refund"),
    "method_replaced": _("payment method replaced"),
    "renewal_ahead": _("a charge is coming"),
    "trial_ending": _("a trial ends"),
    "price_change": _("a new price is coming"),
    "overdue": _("a bill is overdue"),
    "card_expiring": _("a card is about to expire"),
    "card_expired": _("a card has expired"),
    "hub_access": _("way into the hub"),
    "hub_invitation": _("way into the hub, sent by the seller"),
    "statement_received": _("confirmation of a statement"),
    "rebill_failed": _("a failed renewal, for the seller"),
    "cancellation_alert": _("a cancellation, for the seller"),
    "billing_held": _("a decision for the seller"),
    "billing_paused": _("billing paused after a restore, for the seller"),
    "price_unsent": _("a price nobody could be told of, for the seller"),
    "chargeback_alert": _("a chargeback, for the seller"),
    "difference_alert": _("books that differ, for the seller"),
    "statement_alert": _("a statement for the seller"),
}

# Kept with their link and code blanked, so they can never be sent from what is kept.
SECRET = ("hub_access", "hub_invitation")
