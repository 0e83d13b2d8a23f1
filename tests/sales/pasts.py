"""Making files of past orders, such as a shop brings along from before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

HEADING = "order_ref,date,email,item,quantity,total,currency"
FIRST_DAY = date(1997, 1, 1)


def orders(count: int, *, currency: str = "USD", seed: int = 1) -> Iterator[str]:
    """Lines as of a record shop over 18 months: most buyers come once, a few very often."""
    random = Random(seed)
    for number in range(1, count + 1):
        buyer = int(random.paretovariate(0.6)) % (count // 3 + 1)
        day = FIRST_DAY + timedelta(days=random.randrange(545))
        cents = random.choice([0, random.randrange(500, 20_000)]) if number % 80 == 0 else 1_177
        total = Decimal(cents + random.randrange(90)).scaleb(-2) if cents else Decimal("0.00")
        yield (
            f"past-{number:05d},{day},buyer{buyer:05d}@past.example,CDs,"
            f"{random.randrange(1, 9)},{total},{currency}"
        )


def total_of(lines: list[str]) -> Decimal:
    return sum((Decimal(line.split(",")[5]) for line in lines), Decimal(0))


def text_of(lines: list[str]) -> bytes:
    return "\n".join([HEADING, *lines, ""]).encode()
