"""Where a charge in the gateway's books and our payment tell different stories."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope, stand_in
from wainwright.payments import differences
from wainwright.payments.comparing import Finding, Pair, difference, pairs
from wainwright.payments.gateways.base import ListedCharge, Outcome
from wainwright.payments.gateways.base import OutcomeStatus as Status
from wainwright.payments.models import Connection, Difference, Payment, Refund


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def charge(
    taken: int | None, back: int | None = None, *, ref: str = "ch_1", **named: str
) -> ListedCharge:
    """Of so much, of which so much went back; None where nothing moved."""
    if taken is None:
        outcome = Outcome(Status.DECLINED, ref)
    else:
        refunded = None if back is None else euros(back)
        outcome = Outcome(Status.SUCCEEDED, ref, amount=euros(taken), refunded=refunded)
    return ListedCharge(ref, named.get("key"), named.get("start"), clock.wall(), outcome)


def payment(state: str = Payment.SUCCEEDED, ref: str = "ch_1") -> Payment:
    with stand_in(1, TEST):
        return Payment(state=state, amount=2900, currency="EUR", gateway_ref=ref)


NOBODYS, OTHER_SUM, REFUNDED = Difference.NOBODYS, Difference.OTHER_SUM, Difference.REFUNDED


@pytest.mark.parametrize(
    ("theirs", "ours", "more", "found"),
    [
        (charge(2900), payment(), {}, None),
        (charge(2900, 700), payment(), {"given": 700}, None),
        (charge(2900, 700), payment(), {}, (REFUNDED, 0, 700)),
        (charge(2900), payment(), {"given": 700}, (REFUNDED, 700, 0)),
        (charge(2900), payment(), {"given": 700, "giving": True}, None),
        (charge(2900, 700), payment(Payment.PENDING), {}, None),
        (charge(None), payment(), {}, (Difference.MISSING, 2900, None)),
        (charge(None), payment(Payment.DECLINED), {}, None),
        (charge(2901), payment(), {}, (OTHER_SUM, 2900, 2901)),
        (charge(2901, 2900), payment(Payment.UNKNOWN), {}, (OTHER_SUM, 2900, 2901)),
        (charge(2901, 2901), payment(Payment.UNKNOWN), {}, None),
        # A charge that no payment of ours stands on.
        (charge(500), None, {}, (NOBODYS, None, 500)),
        (charge(500, 499), None, {}, (NOBODYS, None, 500)),
        (charge(500, 500), None, {}, None),
        (charge(None), None, {}, None),
        (charge(2900), payment(ref="ch_2"), {}, (NOBODYS, None, 2900)),
        (charge(2900), payment(Payment.STARTED, ref=""), {}, None),
    ],
)
def test_what_does_not_fit_is_named_with_both_sums(
    theirs: ListedCharge,
    ours: Payment | None,
    more: dict[str, Any],
    found: tuple[str, int | None, int | None] | None,
) -> None:
    expected = None
    if found is not None:
        kind, mine, other = found
        expected = Finding(
            kind, None if mine is None else euros(mine), None if other is None else euros(other)
        )
    assert difference(Pair(theirs, ours, **more)) == expected


@pytest.mark.slow
@pytest.mark.django_db
def test_a_charge_finds_its_payment_by_itself_our_key_or_the_start_at_its_own_gateway() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        price = make_price(make_product(everybody.own))
        ours = [buy(price, f"{name}@buyer.example").payment for name in ("ada", "bob", "cem")]
        rows = [Payment.objects.filter(pk=each.pk) for each in ours]
        rows[0].update(gateway_ref="ch_0", start_ref="")
        rows[1].update(gateway_ref="", start_ref="")
        rows[2].update(gateway_ref="", start_ref="st_2")
        elsewhere = buy(make_price(make_product(everybody.client))).payment
        Payment.objects.filter(pk=elsewhere.pk).update(gateway_ref="ch_9")
        for number, (of, state) in enumerate(
            [(0, "succeeded"), (0, "succeeded"), (0, "declined"), (1, "pending"), (2, "declined")]
        ):
            Refund.objects.create(
                public_id=f"ref_{number}",
                business_id=everybody.own.pk,
                payment=ours[of],
                amount=300 + number,
                currency="EUR",
                by="",
                form_key=str(number),
                state=state,
                started_at=clock.now(),
                ask_at=clock.now(),
            )
        connection = Connection.objects.get(business=everybody.own)
        listed = [
            charge(2900, ref="ch_0"),
            charge(2900, ref="ch_1", key=ours[1].public_id),
            charge(2900, ref="ch_2", start="st_2"),
            charge(2900, ref="ch_9"),
            charge(2900, ref="ch_8", key=""),
        ]
        found = list(pairs(connection, listed))
        assert [each.charge for each in found] == listed
        assert [each.payment for each in found] == [*ours, None, None]
        assert [each.given for each in found] == [601, 0, 0, 0, 0]
        assert [each.giving for each in found] == [False, True, False, False, False]


@pytest.mark.slow
@pytest.mark.django_db
def test_a_difference_is_told_anew_unless_a_person_has_settled_it() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        mine = buy(make_price(make_product(everybody.own))).payment
        connection, other = Connection.objects.order_by("pk")[:2]
        Payment.objects.filter(pk=mine.pk).update(state=Payment.UNKNOWN, settled_at=None)

        def note(kind: str = OTHER_SUM, ref: str = "ch_1", at: Connection = connection) -> bool:
            return differences.note(
                at, kind, ref, payment=mine, ours=mine.money, theirs=euros(2901)
            )

        assert [note(), note()] == [True, False]
        assert [note(REFUNDED), note(ref="ch_2"), note(at=other)] == [True, True, True]
        found = Difference.objects.get(connection=connection, kind=OTHER_SUM, ref="ch_1")
        assert (found.ours_as_money, found.theirs_as_money) == (mine.money, euros(2901))
        differences.agreed(connection, ["ch_1"])
        still = Difference.objects.filter(settled_at=None).values_list("connection", "ref")
        assert set(still) == {(connection.pk, "ch_2"), (other.pk, "ch_1")}
        assert [note(), note()] == [True, False]
        assert Difference.objects.get(pk=found.pk).settled_at is None

        refunded = Difference.objects.get(connection=connection, kind=REFUNDED)
        Difference.objects.filter(pk=refunded.pk).update(settled_at=None)
        differences.settle(refunded, by=SYSTEM, note="by hand")
        assert Payment.objects.get(pk=mine.pk).state == Payment.UNKNOWN
        for words in ("given back", "once more"):
            settled = differences.settle(found, by=SYSTEM, note=words)
        assert (settled.note, settled.settled_by) == ("given back", SYSTEM.label)
        assert Payment.objects.get(pk=mine.pk).state == Payment.ABANDONED
        assert [note(), note(REFUNDED)] == [False, False]
        subject = AuditRow.objects.filter(subject=found.public_id).order_by("pk")
        assert list(subject.values_list("action", flat=True)) == [
            "difference.found",
            "difference.found",
            "difference.settled",
        ]
