"""What goes wrong between the Test gateway and one of its sellers.

The plan stands in the vendor's books, so that every process of an install meets the same one. Each
call and each try to deliver a message draws its fault in turn, from the plan's seed and its own
number alone: the same seed and the same order of calls meet the same faults.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from enum import StrEnum

from wainwright.payments.gateways.base import GatewayUnavailable, OutcomeUnknown
from wainwright.payments.gateways.test.ledger import Books
from wainwright.payments.gateways.test.rows import Plan


class Fault(StrEnum):
    """What may befall a call; a question that gets no answer is as good as not asked."""

    UNAVAILABLE = "unavailable"  # refused unread with a 503: nothing is done
    SILENT = "silent"  # never answered, and nothing is done
    DELAYED = "delayed"  # not answered, and a charge is made only later
    LOST = "lost"  # done, and the answer is lost
    BROKEN = "broken"  # done, and answered with a 500
    LATE = "late"  # done, and answered after `late_seconds`
    TWICE = "twice"  # arrives twice
    CHANGED = "changed"  # a charge takes one minor unit more than was asked for
    STALE = "stale"  # a question is answered without what is less than a minute old


class Mishap(StrEnum):
    """What may befall a try to deliver a webhook."""

    LOST = "webhook_lost"  # never sent, and not tried again
    REPEATED = "webhook_repeated"  # sent twice
    REORDERED = "webhook_reordered"  # the newest one goes before it
    FORGED = "webhook_forged"  # a copy with a false signature goes before it
    STALE = "webhook_stale"  # signed ten minutes ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How large a share of calls or deliveries, from 0 to 1, each fault befalls.

    `Faults()` is a gateway without fault. Raises ValueError for shares that make more than one.
    """

    seed: int = 0
    unavailable: float = 0
    silent: float = 0
    delayed: float = 0
    lost: float = 0
    broken: float = 0
    late: float = 0
    twice: float = 0
    changed: float = 0
    stale: float = 0
    webhook_lost: float = 0
    webhook_repeated: float = 0
    webhook_reordered: float = 0
    webhook_forged: float = 0
    webhook_stale: float = 0
    late_seconds: float = 1.0
    delayed_minutes: int = 10

    def __post_init__(self) -> None:
        for kind in (Fault, Mishap):
            shares = [getattr(self, each) for each in kind]
            if min(shares) < 0 or sum(shares) > 1:
                raise ValueError("shares are from 0 to 1, and make at most 1 together")


_NEVER_ARRIVES = frozenset({Fault.UNAVAILABLE, Fault.SILENT})
_NO_ANSWER = frozenset({Fault.SILENT, Fault.DELAYED, Fault.LOST, Fault.BROKEN})


@dataclass(frozen=True, slots=True)
class Weather:
    """What one call meets."""

    fault: Fault | None
    faults: Faults

    @property
    def arrives(self) -> int:
        """How often the call reaches the vendor."""
        if self.fault in _NEVER_ARRIVES:
            return 0
        return 2 if self.fault == Fault.TWICE else 1

    def way_back(self, *, moves: bool) -> None:
        """What becomes of the answer; `moves` where the call was to change something there."""
        if self.fault == Fault.UNAVAILABLE:
            raise GatewayUnavailable("the Test gateway answered 503")
        if self.fault in _NO_ANSWER:
            raise (OutcomeUnknown if moves else GatewayUnavailable)(
                "the Test gateway answered 500"
                if self.fault == Fault.BROKEN
                else "the Test gateway did not answer"
            )
        if self.fault == Fault.LATE:
            time.sleep(self.faults.late_seconds)


FAIR = Weather(None, Faults())


def lay(books: Books, account: str, faults: Faults) -> None:
    """The seller's plan from the next call on; drawing begins anew."""
    plan = Plan(ref=account, faults=json.dumps(asdict(faults)))
    if books.find(Plan, ref=account) is None:
        books.add(plan)
    else:
        books.save(plan)


def met(books: Books, account: str) -> dict[str, int]:
    """How often each fault was met since the plan was laid; `calls` counts all calls."""
    plan = books.find(Plan, ref=account)
    return {"calls": plan.calls, **json.loads(plan.met)} if plan else {}


def of_call(books: Books, account: str) -> Weather:
    """What the next call meets."""
    plan = books.find(Plan, ref=account)
    if plan is None:
        return FAIR
    faults = Faults(**json.loads(plan.faults))
    plan.calls += 1
    fault = _drawn(faults, Fault, plan.calls)
    _note(books, plan, fault)
    return Weather(fault, faults)


def of_delivery(books: Books, account: str) -> Mishap | None:
    """What the next try to deliver a message meets."""
    plan = books.find(Plan, ref=account)
    if plan is None:
        return None
    plan.messages += 1
    mishap = _drawn(Faults(**json.loads(plan.faults)), Mishap, plan.messages)
    _note(books, plan, mishap)
    return mishap


def _drawn[Kind: StrEnum](faults: Faults, kinds: type[Kind], number: int) -> Kind | None:
    digest = hashlib.blake2b(f"{faults.seed} {kinds.__name__} {number}".encode(), digest_size=7)
    point = int.from_bytes(digest.digest()) / 2**56
    for kind in kinds:
        point -= getattr(faults, kind)
        if point < 0:
            return kind
    return None


def _note(books: Books, plan: Plan, what: StrEnum | None) -> None:
    if what is not None:
        counts = json.loads(plan.met)
        plan.met = json.dumps({**counts, what: counts.get(what, 0) + 1})
    books.save(plan)
