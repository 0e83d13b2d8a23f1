"""Templates compiled once for each language, with their sentences already translated.

A page holds a hundred constant sentences, as many small macros and five hundred values to escape.
Looking the sentences up and calling the macros through Jinja2's general ways costs more than all
the rest; here sentences are translated when a template is compiled, and macros called and values
escaped by the short way (web/direct_calls.py). What a template says stays the same, word for word.
"""

from __future__ import annotations

from typing import Any

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils import translation
from jinja2 import Environment, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from wainwright.web import direct_calls, formats
from wainwright.web.direct_calls import DirectCalls, Signatures, signatures_of


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
            found = self._signatures[name] = signatures_of(super()._parse(source, name, None))
        return found

    def spoken_in(self, language: str) -> FoldingEnvironment:
        one = self.overlay()
        assert isinstance(one, FoldingEnvironment)
        one.language, one._kept, one._signatures = language, {}, {}
        one.filters = self.filters | formats.filters_in(language)
        one.code_generator_class = DirectCalls
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
        ours = f"from {direct_calls.__name__} import {direct_calls.IMPORTED}"
        return f"{first}; {ours}\n{rest}"

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
