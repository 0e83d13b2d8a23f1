"""What every template may use."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils import translation
from django.utils.functional import SimpleLazyObject


def everywhere(request: HttpRequest) -> dict[str, Any]:
    language = translation.get_language() or "en"
    return {
        # Drawn once a page: each new one is masked anew.
        "csrf_input": SimpleLazyObject(partial(csrf_input, request)),
        "business": getattr(request, "business", None),
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES,
        "demo": settings.DEMO,
        "mail_is_readable": settings.MAIL_TO_FILES and settings.ON_LOOPBACK,
    }
