"""Views that are loaded when they are first asked.

A process that only writes their addresses, as the worker does, never holds them; a web server
loads them all before its first visitor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

_named: list[View] = []


def views_of(package: str) -> Callable[[str], View]:
    """Names views below a package: `views_of("wainwright.web.hub")("home.home")`."""

    def view(name: str) -> View:
        found = View(f"{package}.{name}")
        _named.append(found)
        return found

    return view


def load_all() -> None:
    """Loads every view a route names. Raises ImportError where there is none of that name."""
    for view in _named:
        _loaded = view.loaded


class View:
    """A view by its dotted name, as good in a route as the view itself."""

    def __init__(self, dotted: str) -> None:
        self._dotted = dotted

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.loaded(request, *args, **kwargs)

    @cached_property
    def loaded(self) -> Callable[..., HttpResponseBase]:
        view: Callable[..., HttpResponseBase] = import_string(self._dotted)
        return view

    @property
    def csrf_exempt(self) -> bool:
        """What Django asks of a view before it calls it."""
        return getattr(self.loaded, "csrf_exempt", False)
