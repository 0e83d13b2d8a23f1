"""Templates compiled once for each language, with their sentences already translated.

A page holds a hundred constant sentences, as many small macros and five hundred values to escape.
Looking the sentences up and calling the macros through Jinja2's general ways costs more than all
the rest; here sentences are translated when a template is compiled, and macros called and values
escaped by the short way. What a template says stays the same, word for word.
"""

from __future__ import annotations

from typing import Any

import markupsafe
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils import translation
from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame, find_undeclared
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from markupsafe import _escape_inner as _escape_plain  # type: ignore[attr-defined]

from wainwright.web import formats

type Signatures = dict[str, list[str]]

marked = str.__new__  # marked(Markup, text): as Markup(text), without asking what the text is

# Names of what wants nothing of the context either.
TEXT_FUNCTIONS = {"url", "static"}
PLAIN_FUNCTIONS = {*TEXT_FUNCTIONS, "caller"}


class Folded(Jinja2):
    """Django's backend for Jinja2; `env` is that of the language active now."""

    def __init__(self, params: dict[str, Any]) -> None:
        self._made: dict[str, Environment] = {}
        super().__init__(params)

    @property
    def env(self) -> Environment:
        language = translation.get_language() or "en"
        made = self._made.get(language)
        if made is None:
            made = self._made[language] = self._plain.spoken_in(language)
        return made

    @env.setter
    def env(self, made: Environment) -> None:
        assert isinstance(made, FoldingEnvironment)
        self._plain = made


def engine() -> Folded:
    """The one that every page and letter is drawn by."""
    found = engines["jinja2"]
    assert isinstance(found, Folded)
    return found


class _Template(Template):
    """No page brings globals of its own, so what it imports need not be compared with them."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module(None)


class FoldingEnvironment(Environment):
    """Compiles for one `language`; without one, as Jinja2 does."""

    language = ""
    template_class = _Template
    _kept: dict[Any, Template]
    _signatures: dict[str, Signatures]

    def get_template(self, name: Any, *args: Any, **kwargs: Any) -> Template:
        """Without the locked cache of Jinja2, which a page would ask thirty times."""
        if not self.language or self.auto_reload:
            return super().get_template(name, *args, **kwargs)
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = super().get_template(name, *args, **kwargs)
        return found

    def signatures_in(self, name: str) -> Signatures:
        """What the macros of a template take."""
        found = self._signatures.get(name)
        if found is None:
            assert self.loader is not None
            source, _filename, _fresh = self.loader.get_source(self, name)
            found = self._signatures[name] = _signatures(super()._parse(source, name, None))
        return found

    def spoken_in(self, language: str) -> FoldingEnvironment:
        one = self.overlay()
        assert isinstance(one, FoldingEnvironment)
        one.language, one._kept, one._signatures = language, {}, {}
        one.filters = self.filters | formats.filters_in(language)
        one.code_generator_class = _DirectCalls
        return one

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        code = super()._generate(source, name, filename, defer_init)
        if not self.language:
            return code
        # On the line of Jinja2's own imports, so that the lines of tracebacks stay true.
        first, rest = code.split("\n", 1)
        ours = "ShortMacro as Macro, escape, marked"
        return f"{first}; from {__name__} import {ours}\n{rest}"

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.language:
            with translation.override(self.language):
                tree = _Translated().visit(tree)
        return tree


class _Translated(NodeTransformer):
    """Puts the translation in the place of `_("...")`, whose arguments are still filled in later.

    As with Jinja2's newstyle gettext the sentence is markup, and what is filled in is escaped.
    """

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802, the visitor's name
        self.generic_visit(node)
        sentence = _sentence(node)
        if sentence is None or node.dyn_args or node.dyn_kwargs:
            return node
        safe = nodes.MarkSafeIfAutoescape(nodes.Const(sentence))
        pairs = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
        filled = nodes.Mod(safe, nodes.Dict(pairs))
        assert node.environment is not None
        return filled.set_lineno(node.lineno).set_environment(node.environment)


def _sentence(call: nodes.Call) -> str | None:
    """What a call with constant words says in the active language; None for any other call."""
    words = [each.value for each in call.args if isinstance(each, nodes.Const)]
    if not isinstance(call.node, nodes.Name) or len(words) != len(call.args):
        return None
    match call.node.name, words:
        case (("_" | "gettext"), [str() as message]):
            return translation.gettext(message)
        case "pgettext", [str() as context, str() as message]:
            return translation.pgettext(context, message)
    return None


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
        return str.__new__(Markup, self._func(*args))


def _signatures(tree: nodes.Template) -> Signatures:
    """The arguments of each macro that takes no others, by its name."""
    return {
        macro.name: [argument.name for argument in macro.args]
        for macro in tree.find_all(nodes.Macro)
        if not find_undeclared(macro.body, ("caller", "kwargs", "varargs"))
    }


class _DirectCalls(CodeGenerator):
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
        return known | _signatures(tree) if self._escapes(self.name) else {}

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
