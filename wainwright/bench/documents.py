"""Drawing one invoice, against Typst alone on the same template, data and standards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as of_day

from wainwright.accounts.models import Business
from wainwright.bench.names import SHOP
from wainwright.bench.results import Result, dump, of_rounds
from wainwright.bench.serving import cpu_of
from wainwright.core import tenancy
from wainwright.invoicing import drawing, press, printed
from wainwright.invoicing.files import content_of
from wainwright.invoicing.models import Document

LEAST_OF_BARE, LEAST_A_SECOND = 0.7, 80


def main(rounds: str, seconds: str) -> None:
    business = Business.everywhere.get(slug=SHOP)
    with tenancy.scope(business.account_id, tenancy.TEST):
        document = Document.objects.order_by("pk").first()
        assert document is not None
        print(dump(_measured(document, int(rounds), float(seconds))))


def _measured(document: Document, rounds: int, seconds: float) -> list[Result]:
    content = content_of(document)
    page = {"document": json.dumps(printed.page(content))}
    moment = datetime.combine(content.issued_on, of_day(), tzinfo=UTC)
    drawing.draw(content)
    compiler = press.compiler()

    def bare() -> None:
        compiler.compile(
            format="pdf", sys_inputs=page, pdf_standards=press.STANDARDS, timestamp=moment
        )

    def ours() -> None:
        drawing.draw(content_of(document))

    pairs = [(_rate(ours, seconds), _rate(bare, seconds)) for _round in range(rounds)]
    share = [own / floor for own, floor in pairs]
    rates = [own for own, _floor in pairs]
    seen = f"{pairs[0][1]:.0f} by Typst alone in the first round"
    return [
        of_rounds("an invoice, of bare Typst", "none", share, bound=LEAST_OF_BARE, at_least=True),
        of_rounds(
            "invoices a CPU-second", "none", rates, bound=LEAST_A_SECOND, at_least=True, seen=seen
        ),
    ]


def _rate(draw: Callable[[], None], seconds: float) -> float:
    """How many it draws in a second of processor time, ours and the press's."""
    drawn, end = 0, time.monotonic() + seconds
    began = _cpu()
    while time.monotonic() < end:
        draw()
        drawn += 1
    return drawn / (_cpu() - began)


def _cpu() -> float:
    return time.process_time() + cpu_of(drawing.press.pid or 0)
