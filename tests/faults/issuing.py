"""`issuing DATA COUNT SEED`: eight processes issue documents, and one is killed ever again.

They are forked from one that has issued a document itself, so that a new one begins at once.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import timedelta

ISSUERS = 8
AT_ONCE = 20  # documents for which an issuer keeps his idea of what time it is


class RolledBack(Exception):
    pass


def issue(count: int, seed: int) -> None:
    """Sells until so many documents are issued; every fifth sale is rolled back when it is booked
    and booked again."""
    from django.db import transaction

    from tests.factories import buying
    from tests.faults.inside import scope_of_shop
    from wainwright.catalog.models import Price
    from wainwright.checkout import paying
    from wainwright.core.errors import Refused
    from wainwright.invoicing.models import Document
    from wainwright.payments.models import Payment

    chance = random.Random(seed)
    while True:
        with scope_of_shop():
            price = Price.objects.select_related("product__business").earliest("pk")
            for _time in range(AT_ONCE):
                if Document.objects.count() >= count:
                    return
                try:
                    step = buying.begin(price, f"{chance.getrandbits(48):x}@buyer.example")
                except Refused:
                    continue
                assert isinstance(step, paying.Redirect)
                payments = Payment.objects.select_related("connection__business")
                payment = payments.get(start_url=step.url)
                buying.pay_at_gateway(payment)
                if chance.random() < 0.2:
                    try:
                        with transaction.atomic():
                            paying.returned(payment, {})
                            raise RolledBack
                    except RolledBack:
                        payment.refresh_from_db()
                paying.returned(payment, {})


def main(data: str, count: int, seed: int) -> None:
    from wainwright.commands import _install

    _install.open_in(data, os.environ)
    from django.db import connections

    chance = random.Random(seed)

    def fork() -> int:
        connections.close_all()
        child = os.fork()
        if child == 0:
            issue(count, chance.getrandbits(32) + os.getpid())
            os._exit(0)
        return child

    issue(1, seed)
    running = {fork() for _ in range(ISSUERS)}
    next_kill, next_turn = 0, 0
    while running:
        time.sleep(0.05)
        done, status = os.waitpid(-1, os.WNOHANG)
        if done:
            assert status in (0, signal.SIGKILL), f"an issuer failed: {status}"
            running.discard(done)
            if status:
                running.add(fork())
            continue
        issued = so_many()
        if issued >= next_kill:
            next_kill = issued + chance.randint(1, 20)
            os.kill(chance.choice(sorted(running)), signal.SIGKILL)
        if issued >= next_turn:
            next_turn = issued + 100
            go_on(hours=5)


def so_many() -> int:
    from tests.faults.inside import scope_of_shop
    from wainwright.invoicing.models import Document

    with scope_of_shop():
        return int(Document.objects.count())


def go_on(*, hours: int) -> None:
    from tests.faults.inside import scope_of_shop
    from wainwright.core import clock

    with scope_of_shop():
        clock.set_offset(clock.offset() + timedelta(hours=hours))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
