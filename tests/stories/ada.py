"""Ada, who subscribes: what she does, and what can be seen of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests import cast, clocks
from tests.factories.buying import GOOD, Bought, buy, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import methods, pausing, paying
from wainwright.billing.models import Subscription
from wainwright.billing.revoking import revoked_since
from wainwright.core import clock
from wainwright.core.actors import SYSTEM, Actor, customer
from wainwright.core.money import Money
from wainwright.letters.models import Letter
from wainwright.payments import attempts, refunds
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Dispute, Payment
from wainwright.reports import invariants
from wainwright.sales.models import Entry

HOME = "http://shop.example/"


class Ada:
    def __init__(self, everybody: cast.Cast) -> None:
        self.shop = everybody.own
        self.account_id = everybody.account.pk
        self._desk = cast.desk_of(everybody.ann.user)
        self.bought: Bought | None = None

    # What she does

    def buys(
        self, sort: str, amount: int = 2900, card: str = GOOD, on: datetime | None = None
    ) -> None:
        """One subscription; `on` is when, by the shop's clock on the wall."""
        if on is not None:
            moment = on.replace(tzinfo=ZoneInfo(self.shop.zone))
            clock.set_offset(moment - clock.wall())
        self.bought = buy(make_price(make_product(self.shop), sort, amount), card=card)

    def waits(self, days: int) -> None:
        clocks.advance(self.account_id, days)

    def waits_for_her_next_bill(self) -> None:
        """In one step: nothing else of hers happens before."""
        due = self.subscription.next_due_at
        assert due is not None
        clocks.pass_time(self.account_id, due - clock.now() + timedelta(hours=1))

    def pauses_for(self, periods: int) -> None:
        pausing.pause(self.subscription, by=self.herself, periods=periods)

    def pays_what_she_owes(self, card: str = GOOD) -> None:
        address = paying.start_paying(
            self.subscription, by=self.herself, return_url=HOME, cancel_url=HOME
        )
        attempts.finish(self._typed(address, card), {}, by=self.herself)

    def gives_another_card(self, card: str = GOOD, expiry: str = "12/34") -> None:
        address = methods.start_replacing(
            self.subscription, by=self.herself, return_url=HOME, cancel_url=HOME
        )
        methods.finish_replacing(self._typed(address, card, expiry), {})

    def _typed(self, address: str, card: str, expiry: str = "12/34") -> Payment:
        rows = Payment.objects.select_related("connection__business", "customer")
        payment: Payment = rows.get(start_url=address)
        pay_at_gateway(payment, card, expiry)
        return payment

    # What happens to her

    def is_given_back(self, amount: int) -> None:
        """Of her newest payment."""
        newest = Payment.objects.filter(state=Payment.SUCCEEDED).latest("pk")
        money = Money(amount, newest.currency)
        refunds.refund(newest, amount=money, note="", by=SYSTEM, form_key=f"back {newest.pk}")
        self.waits(0)

    def has_her_bank_take_back_what_she_paid(self) -> None:
        """Her newest payment."""
        newest = Payment.objects.filter(state=Payment.SUCCEEDED).latest("pk")
        self._gateway.dispute(newest.gateway_ref)
        self._hear_of_chargebacks()

    def loses_at_her_bank(self) -> None:
        self._gateway.decide(Dispute.objects.latest("pk").gateway_ref, won=True)
        self._hear_of_chargebacks()

    def wins_at_her_bank(self) -> None:
        self._gateway.decide(Dispute.objects.latest("pk").gateway_ref, won=False)
        self._hear_of_chargebacks()

    def _hear_of_chargebacks(self) -> None:
        """Webhooks go nowhere here, as if all were lost: the daily comparison finds them."""
        self.waits(2)

    def nothing_runs_for(self, days: int) -> None:
        """Neither server nor worker; then the worker is back."""
        clock.set_offset(clock.offset() + timedelta(days=days))
        clocks.pass_time(self.account_id, timedelta(0))

    def is_decided_on(self, word: str) -> None:
        """The seller clicks that button for the one thing that waits, and the worker obeys."""
        page = self.sellers_decisions
        to = re.search(r'action="(/dashboard/decisions/hold_\w+/)"', page)
        button = re.search(rf'value="(\w+)">\s*<button[^>]*><span>{word}</span>', page)
        assert to, page
        assert button, page
        answer = self._desk.post(to[1], {"decision": button[1]})
        assert answer.status_code == 303
        clocks.pass_time(self.account_id, timedelta(0))

    # What can be seen

    @property
    def sellers_decisions(self) -> str:
        """The page of what waits for the seller's word."""
        return self._desk.get("/dashboard/decisions/").text

    @property
    def herself(self) -> Actor:
        return customer(self.subscription.customer_id, self.subscription.customer.email)

    @property
    def _gateway(self) -> TestGateway:
        return gateway_of(self.shop)

    @property
    def has_access(self) -> bool:
        return revoked_since(self.subscription) is None

    @property
    def subscription(self) -> Subscription:
        assert self.bought is not None
        return self.bought.subscription

    @property
    def state(self) -> str:
        return self.subscription.state

    @property
    def moved(self) -> list[int]:
        """Each movement of her money, in minor units, as the ledger has it."""
        return list(Entry.objects.exclude(gross=0).order_by("pk").values_list("gross", flat=True))

    @property
    def letters(self) -> list[str]:
        return list(Letter.objects.order_by("pk").values_list("kind", flat=True))

    def all_is_in_order(self) -> bool:
        return not [found.broken for found in invariants.evaluate() if found.broken]
