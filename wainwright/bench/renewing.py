"""Renewing what is due, against the same rows by raw SQL, and as there is more of it.

On one copy of the database the product tells which statements a renewal writes; on another the
driver alone writes them again, on the third the product renews everything.
"""

from __future__ import annotations

import json
from statistics import median

from wainwright.bench import homes
from wainwright.bench.homes import POSTGRESQL, SQLITE, Home
from wainwright.bench.results import Result, of_rounds

OF_MANY = {SQLITE: 0.08, POSTGRESQL: 0.12}
LONGER, GROWTH, DUE_QUERY = 1.25, 1.1, 20


def measure(any_home: Home, *, small: int, large: int, copied: int, resting: int) -> list[Result]:
    kind, root = any_home.kind, any_home.folder.parent
    few = _pile(homes.home(kind, "renewals", root), small)
    one, many = _floors(few, copied)
    renewed = json.loads(few.run("renewed"))
    took = median(renewed["ms"])
    seen = f"{took:.2f} ms against {one:.2f} and {many:.2f} ms"
    results = [
        of_rounds("renewing, of one transaction each", kind, [one / ms for ms in renewed["ms"]]),
        of_rounds(
            "renewing, of executemany",
            kind,
            [many / ms for ms in renewed["ms"]],
            bound=OF_MANY[kind],
            at_least=True,
            seen=seen,
        ),
    ]
    if large > small:
        results += _more(_pile(few, large), renewed, f"renewing {large:,} over {small:,}")
    if resting and kind == POSTGRESQL:
        results.append(_due_query(_pile(few, large, resting), resting))
    return results


def _pile(home: Home, due: int, resting: int = 0) -> Home:
    home.run("pile", str(due), str(resting))
    return home


def _floors(few: Home, copied: int) -> tuple[float, float]:
    witness, floor = homes.copy(few, "renewals-witness"), homes.copy(few, "renewals-floor")
    written = few.folder / "written.json"
    written.write_text(witness.run("renewal_writes", str(copied)))
    one, many = json.loads(floor.run("rewritten", str(written), floor.location))
    return one, many


def _more(many: Home, before: dict[str, list[float]], name: str) -> list[Result]:
    """How much longer a renewal takes, and how much more memory, when there is more to renew."""
    renewed = json.loads(many.run("renewed", seconds=8 * 3600))
    took, early = median(before["ms"]), before["megabytes"][-1]
    return [
        of_rounds(name, many.kind, [ms / took for ms in renewed["ms"]], bound=LONGER),
        of_rounds(
            f"memory of {name}",
            many.kind,
            [renewed["megabytes"][-1] / early],
            bound=GROWTH,
            seen=f"{renewed['megabytes'][-1]:.0f} MB after {early:.0f}",
        ),
    ]


def _due_query(home: Home, resting: int) -> Result:
    taken = json.loads(home.run("due_query", "21"))
    return of_rounds(f"who is due among {resting:,}, ms", home.kind, taken, bound=DUE_QUERY)
