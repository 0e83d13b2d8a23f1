"""The one table: which event is heard by whom, and what recurs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from wainwright.core.sweeping import BATCH

log = logging.getLogger(__name__)


class Wiring(AppConfig):
    name = "wainwright.wiring"
    label = "wiring"

    def ready(self) -> None:
        from wainwright.core import events

        events.connect(table())
        # Sent for apps with records only: the last area speaks for all of them.
        post_migrate.connect(_raise_walls, sender=apps.get_app_config("hub"))


def table() -> dict[Any, Any]:
    """Event -> handlers `now` (same transaction, in this order) and `later` (after commit)."""
    from wainwright.billing import (
        arrears,
        changeover,
        confirming,
        credit,
        disputing,
        dunning,
        extending,
        holds,
        methods,
        revoking,
        starting,
    )
    from wainwright.billing import events as billing
    from wainwright.checkout import placing
    from wainwright.checkout.events import OrderPlaced
    from wainwright.core.events import Together, Wires
    from wainwright.hub import confirmations
    from wainwright.hub.events import StatementReceived
    from wainwright.invoicing import issuing
    from wainwright.letters import alerts
    from wainwright.letters import handlers as letters
    from wainwright.payments import events as payments
    from wainwright.sales import chargebacks, ledger

    return {
        payments.PaymentSucceeded: Wires(
            now=[
                placing.place_order,
                Together(ledger.book_payments),
                starting.start_subscriptions,
                Together(extending.extend),
                methods.use_paid_with,
                changeover.take_effect,
                Together(issuing.issue_invoices),
            ],
            later=[letters.send_receipt],
        ),
        payments.PartPaid: Wires(
            now=[Together(ledger.book_payments), arrears.note_part, methods.use_paid_with],
            later=[letters.send_part_receipt],
        ),
        payments.PaymentDeclined: Wires(now=[dunning.note_decline, changeover.leave_as_it_was]),
        payments.ConfirmationNeeded: Wires(
            now=[confirming.wait_for_buyer], later=[letters.ask_to_confirm]
        ),
        payments.MethodSaved: Wires(now=[methods.use_saved]),
        payments.RefundSucceeded: Wires(
            now=[ledger.book_refund, revoking.revoke_for_refund, issuing.issue_credit_note],
            later=[letters.tell_of_refund],
        ),
        payments.RefundDeclined: Wires(now=[credit.keep_what_was_refused]),
        payments.DisputeOpened: Wires(
            now=[
                chargebacks.book_dispute,
                disputing.stop_collecting,
                revoking.revoke_for_dispute,
            ],
            later=[alerts.tell_of_dispute],
        ),
        payments.DisputeWon: Wires(
            now=[chargebacks.book_dispute, disputing.go_on, revoking.restore_after_dispute],
            later=[alerts.tell_of_dispute],
        ),
        payments.DisputeLost: Wires(
            now=[chargebacks.book_dispute, disputing.end_by_rule], later=[alerts.tell_of_dispute]
        ),
        payments.DifferenceFound: Wires(later=[alerts.tell_of_difference]),
        payments.RestoreNoticed: Wires(later=[alerts.tell_of_restore]),
        OrderPlaced: Wires(),
        billing.SubscriptionStarted: Wires(),
        billing.RenewalFailed: Wires(
            later=[alerts.tell_of_failed_rebill, letters.tell_of_failed_renewal]
        ),
        billing.CancellationAsked: Wires(
            later=[alerts.tell_of_cancellation, letters.tell_of_cancellation]
        ),
        billing.CancellationUndone: Wires(later=[letters.tell_of_undone_cancellation]),
        billing.SubscriptionCancelled: Wires(
            now=[holds.ask_about_credit], later=[alerts.tell_of_end, letters.tell_of_end]
        ),
        billing.SubscriptionCompleted: Wires(
            now=[holds.ask_about_credit], later=[letters.tell_of_completion]
        ),
        billing.SubscriptionPaused: Wires(later=[letters.tell_of_pause]),
        billing.SubscriptionResumed: Wires(later=[letters.tell_of_resumption]),
        billing.SubscriptionReactivated: Wires(later=[letters.tell_of_return]),
        billing.PlanChanged: Wires(later=[letters.tell_of_changed_plan]),
        billing.PlanChangeAsked: Wires(later=[letters.tell_of_planned_change]),
        billing.PlanKept: Wires(later=[letters.tell_of_kept_plan]),
        billing.PlanChangeFailed: Wires(later=[letters.tell_of_failed_change]),
        billing.AccessRevoked: Wires(),
        billing.AccessRestored: Wires(),
        billing.BillDayChosen: Wires(later=[letters.tell_of_bill_day]),
        billing.BillingHeld: Wires(later=[alerts.tell_of_hold]),
        billing.MethodReplaced: Wires(later=[letters.tell_of_replaced_method]),
        StatementReceived: Wires(
            later=[confirmations.confirm_statement, confirmations.alert_seller]
        ),
    }


def recurring() -> list[Callable[[], Any]]:
    """What the sweep does for each account and mode, in this order."""
    from wainwright.billing import cancellation, confirming, pausing, recovering, renewals
    from wainwright.checkout import paying
    from wainwright.core import audit, events, limits
    from wainwright.hub import entry, minting, sessions
    from wainwright.letters import noticing, prices, sending
    from wainwright.payments import inbox, janitor, refunds, webhook_secrets

    return [
        inbox.work_waiting,
        janitor.resolve_waiting,
        refunds.resolve_waiting,
        recovering.reconcile_due,
        refunds.return_strays,
        paying.abandon_old,
        cancellation.end_due,
        confirming.leave_changes_be,
        confirming.close_needless,
        pausing.resume_due,
        prices.tell_of_prices,
        renewals.renew_due,
        events.deliver_waiting,
        noticing.give_notice,
        sending.send_waiting,
        minting.answer_waiting,
        entry.forget_old,
        sessions.forget_old,
        webhook_secrets.forget_old,
        audit.seal,
        limits.forget_ended,
    ]


def sweep() -> None:
    """Finds what is due from rows, for every account and both modes.

    Nothing is looked for before it is known whether the database was restored. What fails then is
    logged and holds up nothing else.
    """
    from wainwright.accounts import sessions
    from wainwright.payments import restoring

    restoring.watch()
    for job in (_lend_the_test_gateway_a_hand, sessions.forget_over):
        try:
            job()
        except Exception:
            log.exception("%s failed", job.__qualname__)
    for account_id in _account_ids():
        for mode in ("live", "test"):
            sweep_account(account_id, mode)


def begin() -> None:
    """For the start of the worker, before its first sweep."""
    from wainwright.core import tenancy
    from wainwright.payments import reconciling

    for account_id in _account_ids():
        for mode in ("live", "test"):
            with tenancy.scope(account_id, mode):
                reconciling.compare_after_silence()


def _lend_the_test_gateway_a_hand() -> None:
    from wainwright.payments.gateways.test.ledger import LEDGER_FILE
    from wainwright.payments.gateways.test.worker import deliver_webhooks

    deliver_webhooks(settings.DATA / LEDGER_FILE)


def sweep_account(
    account_id: int, mode: str, *, without: Collection[Callable[[], Any]] = ()
) -> None:
    """One account's turn, `without` jobs that somebody else does meanwhile.

    A job that fails is logged and does not stop the others.
    """
    from wainwright.core import clock, tenancy
    from wainwright.core.models import SweepMark

    with tenancy.scope(account_id, mode):
        for job in recurring():
            if job in without:
                continue
            try:
                _until_done(job)
            except Exception:
                log.exception("%s failed for account %s (%s)", job.__qualname__, account_id, mode)
        now = clock.now()
        if not SweepMark.objects.update(finished_at=now):
            SweepMark.objects.update_or_create(defaults={"finished_at": now})


def _until_done(job: Callable[[], Any]) -> None:
    """Jobs take bounded batches and say how many they took; a full one may not have been all."""
    for _turn in range(1000):
        if (job() or 0) < BATCH:
            return


def _account_ids() -> Iterator[int]:
    from wainwright.accounts import directory

    for account in directory.accounts():
        yield account.pk


def _raise_walls(using: str, **_kwargs: Any) -> None:
    from wainwright.core.walls import raise_walls

    if using != "owner" and "owner" in settings.DATABASES:
        return  # the application's role owns no table and could raise nothing
    app_role = str(settings.DATABASES["default"].get("USER") or "")
    raise_walls(connections[using], app_role if using == "owner" else None)
