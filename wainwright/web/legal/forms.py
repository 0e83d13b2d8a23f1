"""What a statement must name, and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

ORDINARY, EXTRAORDINARY = "ordinary", "extraordinary"


class StatementForm(forms.Form):
    """Who, which contract, and where the confirmation goes."""

    name = forms.CharField(label=_("Your name"), max_length=200)
    contract = forms.CharField(
        label=_("Which contract"),
        max_length=500,
        help_text=_("What you bought, or the number of an order or invoice."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("The confirmation goes there."),
    )

    use_required_attribute = True


class CancelForm(StatementForm):
    """May also say why and until when; silence means an ordinary end, as soon as possible."""

    sort = forms.ChoiceField(
        label=_("How you cancel"),
        choices=[
            (ORDINARY, _("Ordinary cancellation")),
            (EXTRAORDINARY, _("Extraordinary cancellation, for good cause")),
        ],
        initial=ORDINARY,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("The good cause"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only for an extraordinary cancellation."),
    )
    wished_end = forms.CharField(
        label=_("When it should end"),
        max_length=100,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave this empty for the earliest possible day."),
    )

    field_order = ("sort", "reason", "name", "contract", "wished_end", "email")

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        if data is not None:
            data = data.copy()
            data.setdefault("sort", ORDINARY)
        super().__init__(data, **options)
