"""The language of a page: what the reader chose, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE = "language"


@lru_cache(maxsize=512)
def _accepted(header: str) -> str:
    """The best of our languages for a browser's Accept-Language."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header
    return translation.get_language_from_request(request)


class LanguageMiddleware:
    """`?language=de` chooses and is remembered; then the cookie, the browser, the business."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("language", "")
        language = chosen if chosen in self.known else self._remembered(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if chosen == language:
            response.set_cookie(
                COOKIE,
                language,
                max_age=365 * 86400,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
        return response

    def _remembered(self, request: HttpRequest) -> str:
        cookie = request.COOKIES.get(COOKIE, "")
        if cookie in self.known:
            return cookie
        if request.headers.get("Accept-Language"):
            return _accepted(request.headers["Accept-Language"])
        business = getattr(request, "business", None)
        return business.language if business and business.language in self.known else "en"
