"""How folded templates call macros and functions, and escape: by the short way.

Jinja2's general ways ask each time what the called one wants of the context and of its arguments.
Here that is known when a template is compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, find_undeclared
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup
from markupsafe import _escape_inner as _escape_plain  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from wainwright.web.folding import FoldingEnvironment

type Signatures = dict[str, list[str]]

# Names of what wants nothing of the context either.
TEXT_FUNCTIONS = {"url", "static"}
PLAIN_FUNCTIONS = {*TEXT_FUNCTIONS, "caller"}

# What the compiled code takes from here.
IMPORTED = "ShortMacro as Macro, escape, marked"

marked = str.__new__  # marked(Markup, text): as Markup(text), without asking what the text is


def escape(value: Any) -> str:
    """For what is joined to a page at once: as markupsafe's, without making Markup of it."""
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str:
        return str(_escape_plain(value))
    return markupsafe.escape(value)


class ShortMacro(Macro):
    """A macro called with what it expects and nothing else."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        missed = self._argument_count - len(args)
        if missed < 0 or self.catch_kwargs or self.catch_varargs or not self._default_autoescape:
            return super().__call__(*args, **kwargs)
        if missed:
            names = self.arguments[-missed:]
            args = (*args, *[kwargs.pop(name, missing) for name in names])
        if self.caller and not self.explicit_caller:
            args = (*args, kwargs.pop("caller", None))
        if kwargs:
            raise TypeError(f"macro {self.name!r} takes no keyword argument {next(iter(kwargs))!r}")
        return marked(Markup, self._func(*args))


def signatures_of(tree: nodes.Template) -> Signatures:
    """The arguments of each macro that takes no others, by its name."""
    return {
        macro.name: [argument.name for argument in macro.args]
        for macro in tree.find_all(nodes.Macro)
        if not find_undeclared(macro.body, ("caller", "kwargs", "varargs"))
    }


class DirectCalls(CodeGenerator):
    """Calls macros, methods and functions of a page without the context: they want none of it."""

    environment: FoldingEnvironment

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        self._macros = {
            each[1] if isinstance(each, tuple) else each
            for found in node.find_all(nodes.FromImport)
            for each in found.names
        } | {found.name for found in node.find_all(nodes.Macro)}
        self._macros |= PLAIN_FUNCTIONS
        self._known = self._signatures_for(node)
        self._not_plain = {*self.environment.globals, "loop", "super", "self"}
        self._joined: nodes.Expr | None = None
        super().visit_Template(node, frame)

    def visit_Call(  # noqa: N802
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        if not self._is_direct(node) and not self._is_plain(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        if not forward_caller and self._in_order(node) is not None:
            self._call_function(node, frame)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in [*node.args, *node.kwargs]:
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """Python's own way first, then Jinja2's for keys of mappings."""
        self.write("(value if (value := getattr((of := ")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing")
        self.write(f" else environment.getattr(of, {node.attr!r}))")

    def _is_plain(self, node: nodes.Call) -> bool:
        """A call of a method, or of a function that a page brought."""
        plain = isinstance(node.node, nodes.Getattr) or (
            isinstance(node.node, nodes.Name) and node.node.name not in self._not_plain
        )
        return plain and not node.dyn_args and not node.dyn_kwargs

    def _signatures_for(self, tree: nodes.Template) -> Signatures:
        """What each macro that this template can call takes, where that is known."""
        known: Signatures = {}
        for found in tree.find_all(nodes.FromImport):
            if isinstance(found.template, nodes.Const) and self._escapes(found.template.value):
                theirs = self.environment.signatures_in(found.template.value)
                for each in found.names:
                    there, here = each if isinstance(each, tuple) else (each, each)
                    if there in theirs:
                        known[here] = theirs[there]
        return known | signatures_of(tree) if self._escapes(self.name) else {}

    def _escapes(self, name: str | None) -> bool:
        wanted = self.environment.autoescape
        return wanted(name) if callable(wanted) else wanted

    def _in_order(self, call: nodes.Call) -> list[nodes.Expr | None] | None:
        """Its arguments as the macro takes them, None for one left out; None if that is unknown."""
        names = self._known.get(call.node.name) if isinstance(call.node, nodes.Name) else None
        if names is None or len(call.args) > len(names):
            return None
        named = {each.key: each.value for each in call.kwargs}
        rest = names[len(call.args) :]
        if not named.keys() <= set(rest):
            return None
        return [*call.args, *map(named.get, rest)]

    def _call_function(self, call: nodes.Call, frame: Frame) -> None:
        """The macro's own function, with all that it expects."""
        joined, self._joined = self._joined is call, None
        self.write("" if joined else "marked(Markup, ")
        self.visit(call.node, frame)
        self.write("._func(")
        for argument in self._in_order(call) or []:
            if argument is None:
                self.write("missing")
            else:
                self.visit(argument, frame)
            self.write(", ")
        self.write(")" if joined else "))")

    def _is_direct(self, node: nodes.Expr, *, texts: bool = True) -> bool:
        """A call of a macro or, if `texts`, of a function, with nothing but plain arguments."""
        return (
            isinstance(node, nodes.Call)
            and isinstance(node.node, nodes.Name)
            and node.node.name in self._macros
            and (texts or node.node.name not in TEXT_FUNCTIONS)
            and not node.dyn_args
            and not node.dyn_kwargs
        )

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        """A macro's words are escaped already."""
        if self._is_direct(node, texts=False):
            self._joined = node
            self.write("(")
        else:
            super()._output_child_pre(node, frame, finalize)
