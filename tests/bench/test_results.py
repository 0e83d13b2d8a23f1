"""A measure says whether it keeps its bound, in the table and as JSON."""

from __future__ import annotations

import json

import pytest

from wainwright.bench.results import Result, as_json, dump, line, load, of_rounds


@pytest.mark.parametrize(
    ("ratio", "at_least", "holds"),
    [(6.9, False, True), (7.1, False, False), (7.1, True, True), (6.9, True, False)],
)
def test_a_bound_is_the_most_or_the_least(ratio: float, at_least: bool, holds: bool) -> None:
    result = Result("page", "sqlite", ratio, (ratio, ratio), bound=7, at_least=at_least)
    assert result.holds is holds
    assert ("holds" in line(result)) is holds
    assert ("BROKEN" in line(result)) is not holds


def test_the_rounds_are_told_by_median_and_spread() -> None:
    result = of_rounds("page", "sqlite", [5.0, 9.0, 6.0], bound=7)
    assert (result.ratio, result.spread) == (6.0, (5.0, 9.0))


def test_the_json_has_what_was_promised() -> None:
    result = of_rounds("page", "sqlite", [5.0], bound=7)
    (row,) = json.loads(as_json([result]))
    assert {"name", "database", "ratio", "spread", "bound", "holds"} <= row.keys()
    assert load(dump([result])) == [result]
