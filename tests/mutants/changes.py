"""The small changes that a test should notice, one at a time, in the syntax tree of a file.

What is changed: a comparison, a boundary, an arithmetic or logical operator, a number, a truth
value, a condition, the end of a loop, what is returned, what is asked of the database, and
statements that are left out. `spared.py` says what is left alone.
"""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants import spared

ROOT = Path(__file__).parents[2]

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ORDERED = ast.Lt | ast.LtE | ast.Gt | ast.GtE
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
QUESTIONS = {"filter", "exclude", "Q"}  # calls in which every keyword is a condition

# Conditions that are changed in themselves need not be turned round.
CONDITIONS = ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant
SCOPES = ast.FunctionDef | ast.Lambda | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Change:
    """One change: `new` instead of `old`, which `parent` holds.

    `lines` are those of its statement. `inside` says that it lies in the body of a function;
    otherwise it counts when the file is imported, and `names` are what it defines there.
    """

    tree: ast.Module
    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST
    lines: range
    inside: bool
    names: tuple[str, ...]

    def __str__(self) -> str:
        before, after = (" ".join(ast.unparse(each).split()) for each in (self.old, self.new))
        return f"{self.old.lineno}: {before[:60]}  ->  {after[:60]}"

    def compiled(self, filename: str) -> types.CodeType:
        """The whole file with this change made."""
        self._put(self.new)
        try:
            return compile(self.tree, filename, "exec", dont_inherit=True)
        finally:
            self._put(self.old)

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@cache
def changes_of(file: str) -> tuple[Change, ...]:
    """Every change of a file, named from the root, always in the same order."""
    return tuple(changes_in((ROOT / file).read_text()))


def changes_in(source: str) -> Iterator[Change]:
    tree = ast.parse(source)
    return _below(tree, tree, tree, range(0), ())


def _below(
    tree: ast.Module, node: ast.AST, scope: ast.AST, lines: range, names: tuple[str, ...]
) -> Iterator[Change]:
    for field, index, child in _children(node):
        if spared.is_spared(child, node, field):
            continue
        # What a function takes and is decorated with belongs to the scope around it.
        around = node if field == "body" and isinstance(node, SCOPES) else scope
        inside = isinstance(around, ast.FunctionDef | ast.Lambda)
        at = _lines(child) or lines
        defined = names if inside else _defined(child) or names
        for new in _instead_of(child, field):
            ast.copy_location(new, child)
            ast.fix_missing_locations(new)
            yield Change(tree, node, field, index, child, new, at, inside, defined)
        yield from _below(tree, child, around, at, defined)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            yield from ((field, i, each) for i, each in enumerate(value) if _is_node(each))


def _is_node(value: object) -> bool:
    return isinstance(value, ast.AST)


def _lines(node: ast.AST) -> range | None:
    """The lines of a statement, of one that holds others only its head."""
    if isinstance(node, ast.match_case):
        return range(node.pattern.lineno, node.body[0].lineno)
    if not isinstance(node, ast.stmt):
        return None
    body = getattr(node, "body", None)
    return range(node.lineno, max(body[0].lineno if body else node.end_lineno + 1, node.lineno + 1))


def _defined(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef(name=name):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()


def _instead_of(node: ast.AST, field: str) -> Iterator[ast.AST]:
    if field in {"test", "ifs"} and not isinstance(node, CONDITIONS):
        yield ast.UnaryOp(ast.Not(), node)
    match node:
        case ast.Compare(left, ops, comparators):
            sides = [left, *comparators]
            for i, op in enumerate(ops):
                if not (isinstance(op, ORDERED) and any(map(_is_now, sides[i : i + 2]))):
                    swapped = [*ops[:i], COMPARISONS[type(op)](), *ops[i + 1 :]]
                    yield ast.Compare(left, swapped, comparators)
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield copy.copy(operand)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() as value):
            yield ast.Constant(value + 1)
        case ast.Call(ast.Name(name), args, keywords) if name in CALLS:
            yield ast.Call(ast.Name(CALLS[name], ast.Load()), args, keywords)
        case ast.Call(func, args, keywords) if _name(func) in QUESTIONS:
            for i in range(len(keywords) if len(args) + len(keywords) > 1 else 0):
                yield ast.Call(func, args, [*keywords[:i], *keywords[i + 1 :]])
        case ast.Return(ast.expr() as value) if not _is_nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(target, op, value):
            if type(op) in OPERATORS:
                yield ast.AugAssign(target, OPERATORS[type(op)](), value)
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.Delete():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _is_now(node: ast.expr) -> bool:
    """The clock's microsecond, of which no boundary is promised."""
    match node:
        case ast.Name("now") | ast.Call(ast.Attribute(ast.Name("clock"))):
            return True
    return False


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _is_nothing(node: ast.expr) -> bool:
    """None itself, and what is as little to who asks whether there is anything: it is turned to
    something by a change of its own."""
    return isinstance(node, ast.Constant) and node.value in (None, False, 0)
