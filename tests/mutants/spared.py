"""What is left alone: changes that nobody could notice, or that are noticed by reading only."""

from __future__ import annotations

import ast

LOGS = {"log", "logger", "logging"}
WORDS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# Assertions in the shape of arguments: they refuse what no caller does.
ASSERTIONS = {"durable", "strict"}
# Locks are PostgreSQL's; SQLite, on which changes are tried, lets one transaction write at a time.
LOCKING = {"select_for_update"}
LOCKED = {"hold", "locked"}  # where nothing is done with what they give
# Reads at once what would be read one by one; a test counts the questions.
READING_AHEAD = {"fill", "read_lines"}
# How a value is shown or kept, not what it is.
SHOWN = {"repr", "max_length", "verbose_name", "help_text"}
DESCRIPTIONS = {"__str__", "__repr__"}


def is_spared(node: ast.AST, parent: ast.AST, field: str) -> bool:
    """Whether a node, found in that field of its parent, is left alone with all below it."""
    if field in {"annotation", "returns", "decorator_list", "type_params", "bases", "exc"}:
        return True
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.JoinedStr() | ast.TypeAlias():
            return True
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.ClassDef("Meta"):
            return True
        case ast.FunctionDef(name) if name in DESCRIPTIONS:
            return True
        case ast.keyword(name) if name in ASSERTIONS | SHOWN:
            return True
        case ast.keyword(name) if name != "default" and _is_column(parent):
            return True
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name)))) if name in LOGS:
            return True
        case ast.Expr(ast.Call(func)) if _name(func) in LOCKED | READING_AHEAD:
            return True
        case ast.Call(func) if _name(func) in WORDS:
            return True
        case ast.Constant() if field == "upper" and isinstance(parent, ast.Slice):
            return True  # where a text is cut to what its column takes
        case ast.Constant() if _counts_versions(parent):
            return True  # any newer one will do
    return isinstance(parent, ast.Call) and field != "func" and _name(parent.func) in LOCKING


def _counts_versions(node: ast.AST) -> bool:
    match node:
        case ast.AugAssign(ast.Attribute(_, "version"), ast.Add()):
            return True
    return False


def _is_column(call: ast.AST) -> bool:
    match call:
        case ast.Call(ast.Attribute(ast.Name("models"))):
            return True
    return False


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
