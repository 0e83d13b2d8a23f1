"""Renders a piece of template as a page would."""

from __future__ import annotations

from typing import Any

from django.template import engines


def render(source: str, **context: Any) -> str:
    """The markup, with every run of white space as one space."""
    return " ".join(engines["jinja2"].env.from_string(source).render(**context).split())


def part(call: str, /, **context: Any) -> str:
    """One macro by "file.name(...)", such as part("badge.badge('paid')")."""
    file, _dot, rest = call.partition(".")
    name = rest.partition("(")[0]
    return render(f'{{% from "components/{file}.html" import {name} %}}{{{{ {rest} }}}}', **context)
