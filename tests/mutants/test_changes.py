"""What is changed, what is left alone, and that a change is what callers meet."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.mutants.__main__ import AREAS, Mutant, _all, _drawn
from tests.mutants.changes import ROOT, changes_in, changes_of
from tests.mutants.planting import Loaded
from wainwright.core import money


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("a < b", ["a <= b"]),
        ("a <= b == c", ["a < b == c", "a <= b != c"]),
        ("a and b", ["a or b"]),
        ("a + 1", ["a - 1", "2"]),
        ("x = not a", ["a"]),
        ("if a: b", ["not a"]),
        ("[a for a in b if a]", ["not a"]),
        ("rows.filter(a=b, c=d)", ["pass", "rows.filter(c=d)", "rows.filter(a=b)"]),
        ("min(a, b)", ["pass", "max(a, b)"]),
        ("raise Refused('so')", ["pass"]),
        ("self.paid = True", ["pass", "False"]),
        ("total += a", ["total -= a", "pass"]),
        ("def f(): return a", ["return None"]),
        ("def f(): return False", ["True"]),
        ("due < later", ["due <= later"]),
    ],
)
def test_a_statement_is_changed_in_each_of_these_ways(source: str, changes: list[str]) -> None:
    assert [str(change).partition("->  ")[2] for change in changes_in(source)] == changes


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("log.info('%d of %d', 1, 2)", []),
        ("locks.hold(a)", []),
        ("Bill.locked(a)", []),
        ("many.fill(rows, 'bill')", []),
        ("note = text[:254]", []),
        ("due <= clock.now() < now", []),
        ("self.version += 1", ["self.version -= 1", "pass"]),
        ("def f(a: Literal[1]) -> Literal[2]: ...", []),
        ("assert a == 1", []),
        ("x = models.IntegerField(default=0, null=True, db_index=False)", ["1"]),
        ("x = _('only {n} of 2')", []),
        ("raise Refused(a == 1)", ["pass"]),
        ("zip(a, b, strict=True)", ["pass"]),
        ("class A:\n class Meta:\n  ordering = 1", []),
        ("class A:\n def __str__(self): return a", []),
    ],
)
def test_what_nobody_could_notice_is_left_alone(source: str, changes: list[str]) -> None:
    assert [str(change).partition("->  ")[2] for change in changes_in(source)] == changes


def test_every_change_compiles_to_something_else_and_leaves_no_trace() -> None:
    file = "wainwright/core/money.py"
    before = compile((ROOT / file).read_text(), file, "exec", dont_inherit=True)
    assert all(change.compiled(file) != before for change in changes_of(file))
    assert compile(changes_of(file)[0].tree, file, "exec", dont_inherit=True) == before


def test_a_planted_change_is_what_callers_meet() -> None:
    file, half = "wainwright/core/money.py", Fraction(1, 2)
    kept = money._ratio_half_up.__code__
    doubled = next(c for c in changes_of(file) if ": 2 * abs" in str(c))
    Loaded([file]).plant(file, doubled)
    try:
        assert money.round_half_up(half) != 1
    finally:
        money._ratio_half_up.__code__ = kept
    assert money.round_half_up(half) == 1


def test_a_sample_is_the_same_for_the_same_seed_and_takes_from_every_area() -> None:
    mutants = [Mutant(f"{area}/a.py", number) for area in AREAS for number in range(100)]
    drawn = _drawn(mutants, 30, seed=7)
    assert drawn == _drawn(mutants, 30, seed=7) != _drawn(mutants, 30, seed=8)
    assert len(set(drawn)) == 30
    assert {each.area for each in drawn} == set(AREAS)
    assert _all(["core/money.py"])[0] == Mutant("wainwright/core/money.py", 0)
