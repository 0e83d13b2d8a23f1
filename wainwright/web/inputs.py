"""How form fields are drawn: as Django draws them, but one-line inputs without a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import Jinja2
from django.utils.safestring import SafeString
from markupsafe import escape

_WIDGETS = "django/forms/widgets/"
ONE_LINE = frozenset(
    f"{_WIDGETS}{kind}.html"
    for kind in ("checkbox", "date", "email", "hidden", "number", "password", "text", "time", "url")
)


class Inputs(Jinja2):
    """A checkout has a dozen inputs, and each took three templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name in ONE_LINE:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> SafeString:
    attributes = {"type": widget["type"], "name": widget["name"]}
    if widget["value"] is not None:
        attributes["value"] = widget["value"]
    return SafeString(f"<input{_attributes(attributes)}{_attributes(widget['attrs'])}>")


def _attributes(values: Mapping[str, Any]) -> str:
    """True stands for an attribute without a value, False for none."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in values.items()
        if value is not False
    )
