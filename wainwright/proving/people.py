"""The demo's own people, as they stand to each other in the table of access.

    ann   the agency's owner                       ada   a buyer the demo names, at that client's
    cleo  the client user of one client's business eve   another buyer there
    carl  the client user of another one           bob   a buyer the demo names, at that other one

Beside them call the owner of another account, opened for this, and nobody. What tells of somebody:
each buyer's name and address, what a business is called in law, its people's addresses.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from itertools import chain

from wainwright.accounts import directory, opening
from wainwright.accounts.models import Business, Member
from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.catalog import prices, products
from wainwright.catalog.models import Price
from wainwright.catalog.queries import offered, prices_of_all
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import INTERVALS
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import Contact, customer_by_email, find_or_create
from wainwright.customers.models import Customer
from wainwright.demo.people import Person
from wainwright.payments.connections import connect_test_gateway
from wainwright.payments.models import Connection
from wainwright.proving.callers import Caller, Estate, Holding, World, buyer, staff
from wainwright.proving.holdings import draw_documents, holding_of
from wainwright.web.landing.ways import Ways

SAM = Contact(email="sam@stranger.example", name="Sam Stranger")


def of_the_demo(ways: Ways) -> World:
    """Everybody who calls. It makes what the demo lacks, so call it where that is taken back."""
    own = directory.main_business()
    assert own is not None
    with scope(own.account_id, TEST):
        estates = {one.slug: _estate(one) for one in Business.objects.order_by("pk")}
        tell_tales(estates.values())
        named = {one.slug: one.email for one in ways.regulars}
        _settle(estates[own.slug], named.pop(own.slug))
        (client, ada), (other, bob) = named.items()
        eve = _another_buyer(estates[client].business, than=ada)
        owner = Member.objects.select_related("user").get(role=Member.OWNER)
        callers = [
            _staff(owner, "ann", *estates),
            _staff(_client_user(estates[client].business), "cleo", client),
            _staff(_client_user(estates[other].business), "carl", other),
            buyer(estates[client], _settle(estates[client], ada), column="ada"),
            buyer(estates[client], _settle(estates[client], eve), column="eve"),
            buyer(estates[other], _settle(estates[other], bob), column="bob"),
            Caller("nobody", "none"),
        ]
    stranger, mallory = _stranger()
    callers.append(_staff(mallory, "ann", stranger.slug))
    world = World([*estates.values(), stranger], {caller.name: caller for caller in callers})
    draw_documents(world.estates)
    return world


def _staff(member: Member, column: str, *works_at: str) -> Caller:
    return staff(member, name=member.user.email, column=column, works_at=frozenset(works_at))


def _estate(business: Business) -> Estate:
    """With a product that renews by the month until it is cancelled, from the first payment on."""
    price = next(
        price
        for price in prices_of_all(offered(business.pk, TEST))
        if price.kind == Price.SUBSCRIPTION
        and not price.trial_days
        and INTERVALS[price.interval][0]
    )
    ids = {
        "business_id": business.public_id,
        "product_id": price.product.public_id,
        "slug": price.product.slug,
        "price_id": price.public_id,
        "member_id": _client_user(business).public_id,
        "connection_id": Connection.objects.get(business=business).public_id,
    }
    return Estate(business, price, ids)


def _client_user(business: Business) -> Member:
    """The business's own, or one who is invited."""
    found: Member | None = Member.objects.select_related("user").filter(business=business).first()
    return found or opening.invite_client_user(
        business=business, email=f"helper@{business.slug}.example", name="Helper", by=SYSTEM
    )


def _settle(estate: Estate, email: str) -> Holding:
    """This buyer with one of everything; his words are no longer only the staff's."""
    customer = customer_by_email(estate.business.pk, email)
    assert customer is not None
    contact = Contact(**{part.name: getattr(customer, part.name) for part in fields(Contact)})
    words = words_of(customer) & estate.staff_words
    estate.staff_words -= words
    who = Person(contact, customer.language)
    holding = holding_of(estate, who, name=email, words=words)
    estate.holdings.append(holding)
    return holding


def _another_buyer(business: Business, *, than: str) -> str:
    """One of those who renew."""
    others = Subscription.objects.filter(
        business=business, kind=Price.SUBSCRIPTION, state=states.ACTIVE
    ).exclude(customer__email=than)
    return str(others.values_list("customer__email", flat=True).latest("pk"))


def _stranger() -> tuple[Estate, Member]:
    """Another account on the same install, with one of everything, and its owner."""
    mallory = opening.open_account(
        slug="stranger", name="Stranger", email="mallory@stranger.example"
    )
    mallory.user.set_password(secrets.token_urlsafe())
    mallory.user.save()
    with scope(mallory.account_id, TEST):
        business = Business.objects.get()
        connect_test_gateway(business, by=SYSTEM)
        product = products.create_product(
            business=business, by=SYSTEM, name="Strange course", currency="EUR"
        )
        prices.add_price(
            product, by=SYSTEM, kind=Price.SUBSCRIPTION, interval="monthly", amount=2900
        )
        estate = _estate(business)
        find_or_create(business.pk, SAM)
        tell_tales([estate])
        _settle(estate, SAM.email)
    return estate, mallory


def tell_tales(estates: Iterable[Estate]) -> None:
    """Notes for each business the words that tell of it and of its people, and of nobody else."""
    open_words, staff_words = {}, {}
    for estate in estates:
        business = estate.business
        open_words[business.slug] = {business.legal_name.lower(), business.support_email.lower()}
        members = Member.objects.filter(business=business)
        buyers = Customer.objects.filter(business=business)
        staff_words[business.slug] = [
            *(email.lower() for email in members.values_list("user__email", flat=True)),
            *(word for each in buyers for word in words_of(each)),
        ]
    times = Counter(chain(*open_words.values(), *staff_words.values()))
    told = {word for word in times if len(word) > 5}
    telling = {w for w in told if times[w] == 1 and not any(w in o for o in told - {w})}
    for estate in estates:
        estate.open_words = telling & open_words[estate.slug]
        estate.staff_words = telling.intersection(staff_words[estate.slug])


def words_of(customer: Customer) -> set[str]:
    return {customer.email.lower(), customer.name.lower()}
