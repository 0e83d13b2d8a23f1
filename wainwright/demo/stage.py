"""Where the story is played: each act is done as its person would do it, by the same functions."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from functools import singledispatchmethod

from wainwright.accounts import changing, opening
from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business, Member, User
from wainwright.billing import cancellation, methods, pausing
from wainwright.billing.models import Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.catalog import prices, products
from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.core import actors, clock
from wainwright.core.actors import Actor
from wainwright.core.money import Money
from wainwright.customers.models import Customer
from wainwright.demo import till
from wainwright.demo.acts import (
    Act,
    Buy,
    Cancel,
    Declare,
    Open,
    Pause,
    Refund,
    Replace,
    Reprice,
    Resume,
    Undo,
)
from wainwright.demo.shops import Shop, Ware
from wainwright.hub import statements
from wainwright.payments import refunds
from wainwright.payments.connections import connect_test_gateway
from wainwright.payments.models import Payment
from wainwright.sales.models import Order
from wainwright.tax.rates import set_rate

# What the agency lets its buyers do alone.
BUYERS_MAY = {
    "pause_periods": 3,
    "pauses_a_year": 2,
    "change_price": True,
    "change_quantity": True,
    "change_day": True,
}


class Stage:
    """The businesses as they stand, and what was bought so far. Used in the scope of test mode."""

    def __init__(self, owner: Member) -> None:
        self._owner = owner.user
        self._businesses: dict[str, Business] = {}
        self._users: dict[str, User] = {}
        self._prices: dict[tuple[str, str, str], Price] = {}
        self._orders: dict[str, Order] = {}

    @singledispatchmethod
    def play(self, act: Act) -> None:
        raise TypeError(f"nobody knows how to play {act!r}")

    @play.register
    def _(self, act: Open) -> None:
        shop = act.shop
        if not self._businesses:
            business, self._users[shop.slug] = Business.objects.get(is_own=True), self._owner
            change_rules(None, by=self._staff(), **BUYERS_MAY)
        else:
            business = opening.add_business(slug=shop.slug, name=shop.name, by=self._staff())
            email, name = shop.user
            member = opening.invite_client_user(
                business=business, email=email, name=name, by=self._staff()
            )
            self._users[shop.slug] = member.user
        changing.change_business(business, by=self._staff(), accent=shop.accent, **shop.identity)
        self._businesses[shop.slug] = business
        connect_test_gateway(business, by=self._staff())
        for ware in shop.wares:
            self._offer(shop, ware)

    def _offer(self, shop: Shop, ware: Ware) -> None:
        business = self._businesses[shop.slug]
        product = products.create_product(
            business=business,
            by=self._staff(shop),
            name=ware.name,
            slug=ware.slug,
            currency=shop.currency,
            **ware.fields,
        )
        if Decimal(ware.tax):
            set_rate(
                product,
                country=business.country,
                percent=Decimal(ware.tax),
                applies_from=clock.today(business.zone),
                by=self._staff(shop),
            )
        for name, terms in ware.prices.items():
            key = (shop.slug, ware.slug, name)
            self._prices[key] = prices.add_price(product, by=self._staff(shop), **terms)

    @play.register
    def _(self, act: Reprice) -> None:
        key = (act.shop.slug, act.ware, act.price)
        old, by = self._prices[key], self._staff(act.shop)
        terms = next(ware for ware in act.shop.wares if ware.slug == act.ware).prices[act.price]
        prices.archive_price(old, by=by)
        self._prices[key] = prices.add_price(old.product, by=by, **{**terms, "amount": act.amount})

    @play.register
    def _(self, act: Buy) -> None:
        price = self._prices[act.shop.slug, act.ware, act.price]
        step = till.check_out(price, act.who)
        end = self._at_the_till(step, act) if isinstance(step, paying.Redirect) else step
        if isinstance(end, paying.Placed):
            self._orders[act.purchase] = end.order

    def _at_the_till(self, step: paying.Redirect, act: Buy) -> object:
        """The buyer types a card on the gateway's page, perhaps after one that was declined."""
        payment = till.payment_at(step.url)
        if act.refused:
            till.type_card(payment, act.refused)
        if not act.card:
            return None
        till.type_card(payment, act.card, self._expiry(act))
        return paying.returned(payment, {})

    def _expiry(self, act: Buy) -> str:
        if act.expires is None:
            return till.NEVER
        return (clock.now() + timedelta(days=act.expires - act.at)).strftime("%m/%y")

    @play.register
    def _(self, act: Cancel) -> None:
        found = self._subscription(act.purchase)
        if found is None or not found.can_cancel:
            return
        by = self._buyer(found) if act.source == "hub" else self._staff_of(found)
        cancel = cancellation.cancel_now if act.at_once else cancellation.cancel_at_period_end
        cancel(found, by=by, source=act.source)

    @play.register
    def _(self, act: Undo) -> None:
        found = self._subscription(act.purchase)
        if found is not None and found.can_undo_cancel:
            cancellation.undo_cancellation(found, by=self._buyer(found))

    @play.register
    def _(self, act: Pause) -> None:
        found = self._subscription(act.purchase)
        if found is not None and found.can_pause:
            pausing.pause(found, by=self._staff_of(found))

    @play.register
    def _(self, act: Resume) -> None:
        found = self._subscription(act.purchase)
        if found is not None and found.can_resume:
            pausing.resume(found, by=self._staff_of(found))

    @play.register
    def _(self, act: Replace) -> None:
        found = self._subscription(act.purchase)
        if found is None or not found.can_change_method:
            return
        home = link_for(found.business, "hub:home")
        address = methods.start_replacing(
            found, by=self._buyer(found), return_url=home, cancel_url=home
        )
        payment = till.payment_at(address)
        till.type_card(payment, act.card)
        methods.finish_replacing(payment, {})

    @play.register
    def _(self, act: Refund) -> None:
        order = self._orders.get(act.purchase)
        if order is None:
            return
        subscriptions = Subscription.objects.filter(order=order).values("public_id")
        paid = Payment.objects.filter(state=Payment.SUCCEEDED, amount__gt=0)
        newest = (
            paid.filter(bill_id=order.bill_id) | paid.filter(subject__in=subscriptions)
        ).order_by("-pk")
        payment = newest.select_related("connection__business").first()
        if payment is None:
            return
        part = payment.money.share(Decimal(act.percent) / 100)
        amount = Money(min(part.minor, refunds.refundable(payment).minor), payment.currency)
        if amount:
            refunds.refund(
                payment,
                amount=amount,
                note=act.note,
                by=self._staff_for(payment.business_id),
                form_key=f"{act.purchase}-{act.at}"[:60],
            )

    @play.register
    def _(self, act: Declare) -> None:
        who, business = act.who, self._businesses[act.shop.slug]
        statement = statements.receive(
            business=business,
            kind=act.kind,
            name=who.contact.name,
            email=who.contact.email,
            contract=act.contract,
            reason=act.reason,
            language=who.language,
            form_key=secrets.token_urlsafe(24),
        )
        if act.carried_out:
            statements.mark_handled(statement, by=self._staff(act.shop), note=act.carried_out)

    def _subscription(self, purchase: str) -> Subscription | None:
        rows = Subscription.objects.select_related("customer", "business", "product")
        found: Subscription | None = rows.filter(order=self._orders.get(purchase)).first()
        return found

    def _buyer(self, subscription: Subscription) -> Actor:
        customer: Customer = subscription.customer
        return actors.customer(customer.pk, customer.email)

    def _staff(self, shop: Shop | None = None) -> Actor:
        """The client user of the shop, or the agency's owner."""
        user = self._users.get(shop.slug, self._owner) if shop else self._owner
        return actors.user(user.pk, user.email)

    def _staff_of(self, subscription: Subscription) -> Actor:
        return self._staff_for(subscription.business_id)

    def _staff_for(self, business_id: int) -> Actor:
        slug = next(slug for slug, one in self._businesses.items() if one.pk == business_id)
        user = self._users[slug]
        return actors.user(user.pk, user.email)
