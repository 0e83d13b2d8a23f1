"""The floors of the web measures: thirteen bytes, with the product's middleware and without any."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wainwright.bench.settings")

BARE = "/_bare"


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"Hello, world!")


def _both() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    product = get_wsgi_application()
    # By hand: Django's test tools would count as the server's memory.
    middleware, settings.MIDDLEWARE = settings.MIDDLEWARE, []
    bare = WSGIHandler()
    settings.MIDDLEWARE = middleware

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(BARE):
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(BARE)
            return bare(environ, start_response)
        return product(environ, start_response)

    return answer


def __getattr__(name: str) -> Any:
    """Made when the server asks for it: routes import this module, too."""
    if name == "application":
        globals()[name] = _both()
        return globals()[name]
    raise AttributeError(name)
