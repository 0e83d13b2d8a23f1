"""Inputs drawn without a template are what Django's templates draw."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import Jinja2

from wainwright.web.inputs import ONE_LINE, Inputs

HOSTILE = '"><script>alert(1)</script>&amp;'


@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(attrs={"maxlength": 200, "class": HOSTILE}),
        forms.EmailInput(attrs={"required": True, "readonly": False}),
        forms.NumberInput(attrs={"min": 0, "step": "0.01"}),
        forms.URLInput(),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.DateInput(),
        forms.TimeInput(),
        forms.CheckboxInput(attrs={"value": "yes"}),
        forms.Select(choices=[("a", "A"), ("b", HOSTILE)]),
        forms.Textarea(),
    ],
    ids=lambda widget: type(widget).__name__,
)
@pytest.mark.parametrize("value", [None, "", "Ada", HOSTILE, 0, True])
def test_they_are_those_of_django(widget: forms.Widget, value: Any) -> None:
    drawn = widget.render(HOSTILE, value, {"id": "id_x"}, Inputs())
    assert drawn == widget.render(HOSTILE, value, {"id": "id_x"}, Jinja2())
    assert "<script>" not in drawn


def test_each_kind_of_one_line_is_one_of_djangos() -> None:
    for name in ONE_LINE:
        assert Jinja2().get_template(name)
