"""Absolute addresses of a business's pages."""

from __future__ import annotations

from typing import Any

from django.urls import get_script_prefix, reverse, set_script_prefix

from wainwright.accounts import directory
from wainwright.accounts.models import Business


def path_for(business: Business, name: str, **kwargs: Any) -> str:
    """The canonical path, /b/<slug>/… unless the business has a host of its own."""
    before = get_script_prefix()
    set_script_prefix(f"{directory.prefix(business)}/")
    try:
        return reverse(name, urlconf="wainwright.urls", kwargs=kwargs)
    finally:
        set_script_prefix(before)


def link_for(business: Business, name: str, **kwargs: Any) -> str:
    """The absolute address, from the stored host."""
    return directory.origin(business) + path_for(business, name, **kwargs)
