"""One life: a shop, its buyers, its worker, its gateway and its clock, all led by one lot.

On each day things happen in an order drawn by lot: a buyer acts, a job of the worker runs, webhooks
are delivered. Faults and crashes may hit each of them. In the evening the gateway is well again,
and the worker works until nothing that is due before midnight is left; then the day is compared.
"""

from __future__ import annotations

import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.tasks import task_backends
from django.tasks.backends.dummy import DummyBackend

from wainwright import wiring
from wainwright.core import chance, clock, tenancy
from wainwright.core.http import Http
from wainwright.letters import sending
from wainwright.payments import reconciling
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.gateways.test.worker import deliver_webhooks
from wainwright.payments.models import Connection, Payment
from wainwright.reports.invariants.found import Read
from wainwright.simulation import checks
from wainwright.simulation.buyers import SELLER, Buyers, tried
from wainwright.simulation.checks import Checks
from wainwright.simulation.process import AFTER_CALL, living
from wainwright.simulation.shop import Shop, open_shop
from wainwright.simulation.visiting import OutOfOrder, Visitor

FIRST_DAY = date(2027, 1, 1)
# An answer that never came is known to be none after half an hour, and a rest ends after a quarter.
EVENING = ((20, 5), (21, 15), (22, 30), *((23, minute) for minute in range(0, 60, 4)))
LAST_STEPS = 30
HOSTILE = {
    "unavailable": 0.06,
    "silent": 0.06,
    "delayed": 0.05,
    "lost": 0.08,
    "broken": 0.05,
    "twice": 0.06,
    "stale": 0.05,
    "webhook_lost": 0.15,
    "webhook_repeated": 0.15,
    "webhook_reordered": 0.1,
    "webhook_forged": 0.1,
    "webhook_stale": 0.1,
}
AWAY = {"unavailable": 1.0}


@dataclass
class Told:
    """What a life was: its last steps, and what was met and reached in it."""

    seed: int
    steps: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_STEPS))
    faults: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    subscriptions: int = 0
    charges: int = 0
    wrong: list[str] = field(default_factory=list)


class Life:
    """A life in the database that is open, which nobody lives in yet. `log` hears each line."""

    def __init__(self, seed: int, log: Callable[[str], None] = lambda line: None) -> None:
        self.told = Told(seed)
        self._lot = random.Random(seed)  # noqa: S311 - the same seed is to lead the same life
        self._log = log
        self._now = datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC)
        self._checks, self._read = Checks(), Read()
        self._ledger = settings.DATA / LEDGER_FILE

    def live(self, days: int) -> Told:
        """So many days, or until something is wrong."""
        first = FIRST_DAY + timedelta(days=self._lot.randrange(730))
        self._now = datetime(first.year, first.month, first.day, tzinfo=UTC)
        with (
            chance.drawn_from(random.Random(self.told.seed).randbytes),  # noqa: S311
            clock.told_by(lambda: self._now),
            _no_queue(),
            _failures() as failures,
        ):
            shop = open_shop(self._lot)
            self._shop, self._buyers = shop, Buyers(shop, self._lot)
            for number in range(days):
                self._live_day(first + timedelta(days=number))
                self.told.wrong += [*failures, *checks.everything(self._read)]
                if self.told.wrong:
                    break
            else:
                self.told.wrong += checks.everything()
            self._count()
        return self.told

    # A day

    def _live_day(self, day: date) -> None:
        """From six in the morning to midnight, by the shop's clock."""
        self._move_to(day, 6, 0)
        self._weather()
        for _step in range(self._lot.randint(1, 5)):
            self._now += timedelta(minutes=self._lot.randint(1, 150), seconds=self._lot.random())
            self._step()
            if self.told.wrong:
                return
        self._clear_up()
        self._evening(day)
        self._end(day)

    def _weather(self) -> None:
        """What the day's calls will meet: mostly this and that, seldom nothing but silence."""
        away = self._lot.random() < 0.02
        seed = self._lot.getrandbits(32)
        with self._scope():
            self._gateway().misbehave(Faults(seed=seed, **(AWAY if away else HOSTILE)))  # type: ignore[arg-type]

    def _clear_up(self) -> None:
        with self._scope():
            gateway = self._gateway()
            met = gateway.mishaps()
            gateway.misbehave(Faults())
        del met["calls"]
        self.told.faults.update(met)

    def _step(self) -> None:
        kinds = {self._buyer: 3, self._job: 4, self._round: 4, self._webhooks: 3}
        kind = self._lot.choices(list(kinds), list(kinds.values()))[0]
        with self._scope():
            name, act = kind()
        dies_at = None
        if self._lot.random() < 0.2:
            dies_at = AFTER_CALL if self._lot.random() < 0.4 else self._lot.randint(1, 40)
        with self._scope():
            done = self._lived(act, dies_at)
        if done == "CRASH":
            self.told.faults["crash"] += 1
        self._say(f"{name}: {done}")
        with self._scope():
            self.told.wrong += self._checks.after_step()

    def _lived(self, act: Callable[[], str], dies_at: int | None) -> str:
        def whole() -> str:
            with living(self._ledger, dies_at):
                return act()

        return tried(whole)

    # What may be done in a step

    def _buyer(self) -> tuple[str, Callable[[], str]]:
        return self._buyers.act()

    def _job(self) -> tuple[str, Callable[[], str]]:
        jobs = [job for job in wiring.recurring() if job is not sending.send_waiting]
        job = self._lot.choice(jobs)
        return job.__qualname__, lambda: str(job())

    def _round(self) -> tuple[str, Callable[[], str]]:
        return "sweep", self._sweep

    def _sweep(self) -> str:
        # Nothing waits for a letter to leave, and writing each out would take most of a life.
        without = (sending.send_waiting,)
        wiring.sweep_account(self._shop.account.pk, tenancy.TEST, without=without)
        return "done"

    def _webhooks(self) -> tuple[str, Callable[[], str]]:
        return "webhooks", self._deliver

    def _deliver(self) -> str:
        with _door(self._shop) as door:
            return str(deliver_webhooks(self._ledger, door))

    # The evening

    def _evening(self, day: date) -> None:
        """Works until nothing that is due today is left; the last look is just before midnight."""
        self._move_to(day, 20, 0)
        with self._scope():
            self._buyers.come_back()
        for hour, minute in EVENING:
            self._move_to(day, hour, minute)
            with self._scope():
                self._deliver()
                if self._is_quiet(day):
                    return
                self._sweep()
                if self._is_quiet(day):
                    return
                reconciling.reconcile(self._connection())
        self.told.wrong.append("something is left over at midnight")

    def _is_quiet(self, day: date) -> bool:
        midnight = self._at(day + timedelta(days=1), 0, 0)
        return not checks.is_anything_left(midnight)

    def _end(self, day: date) -> None:
        """The day is compared with what the reference expects of it."""
        self._move_to(day, 23, 59)
        with self._scope():
            self.told.wrong += self._checks.after_step()
            for course in self._buyers.courses.values():
                course.end_day(self._now)
            self.told.wrong += self._buyers.meet_the_new()
            all_of_them = checks.subscriptions()
            self.told.wrong += self._checks.agrees(all_of_them, self._buyers.courses)
            self.told.wrong += checks.money_agrees(self._ledger, self._buyers.courses, SELLER.label)
            for one in all_of_them:
                self._log(f"{day} {one.public_id} {checks.standing(one)}")

    # The clock, the gateway, the log

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        zone = ZoneInfo(self._shop.business.zone)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)

    def _move_to(self, day: date, hour: int, minute: int) -> None:
        self._now = max(self._now, self._at(day, hour, minute))

    @contextmanager
    def _scope(self) -> Iterator[None]:
        """Nothing that a process remembers outlives its step."""
        with tenancy.scope(self._shop.account.pk, tenancy.TEST):
            yield

    def _connection(self) -> Connection:
        connection = self._shop.connection
        connection.refresh_from_db()
        return connection

    def _gateway(self) -> TestGateway:
        gateway = adapter_for(self._shop.connection)
        assert isinstance(gateway, TestGateway)
        return gateway

    def _say(self, line: str) -> None:
        self.told.steps += 1
        line = f"{self.told.steps} {self._now.isoformat()} {line}"
        self.told.last.append(line)
        self._log(line)

    def _count(self) -> None:
        self.told.moves, self.told.states = self._checks.moves, self._checks.states
        self.told.subscriptions = len(self._buyers.courses)
        with self._scope():
            paid = Payment.objects.filter(state=Payment.SUCCEEDED, amount__gt=0)
            self.told.charges = paid.count()


def _door(shop: Shop) -> Http:
    """Where the gateway's webhooks arrive, without a network between."""
    gateway = Visitor(shop.business)

    def receive(request: httpx.Request) -> httpx.Response:
        try:
            answer = gateway.tell(request.url.path, request.content, dict(request.headers))
        except OutOfOrder:
            return httpx.Response(503)
        return httpx.Response(answer.status)

    return Http(transport=httpx.MockTransport(receive))


class _Failures(logging.Handler):
    """Remembers each failure that was logged instead of raised."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.seen.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def _failures() -> Iterator[list[str]]:
    root = logging.getLogger()
    mine, theirs = _Failures(), root.handlers[:]
    root.handlers = [mine]
    try:
        yield mine.seen
    finally:
        root.handlers = theirs


@contextmanager
def _no_queue() -> Iterator[None]:
    """No task runs by itself: the worker's jobs find all there is to do from rows."""
    task_backends["default"] = DummyBackend("default", {})
    try:
        yield
    finally:
        del task_backends["default"]
