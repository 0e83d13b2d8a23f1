"""How staff log in: by invitation only."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by `wainwright createaccount` and by invitation, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
