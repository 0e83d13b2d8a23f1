"""Short messages shown on the next page, perhaps with a way back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core import signing
from django.http import HttpRequest
from django.utils.functional import cached_property

_LEVELS = {
    "good": messages.SUCCESS,
    "info": messages.INFO,
    "warn": messages.WARNING,
    "bad": messages.ERROR,
}
_KINDS = {level: kind for kind, level in _LEVELS.items()}


class InCookie(CookieStorage):
    """Django's, with its signer made where a message is written or read: most requests do not."""

    def __init__(self, request: HttpRequest) -> None:
        BaseStorage.__init__(self, request)

    @cached_property
    def signer(self) -> signing.Signer:
        return signing.get_cookie_signer(salt=self.key_salt)


class Messages(FallbackStorage):
    """In a cookie; what does not fit there, in the session."""

    storage_classes = (InCookie, SessionStorage)


@dataclass(frozen=True, slots=True)
class Toast:
    kind: str
    message: str
    undo: str


def toast(request: HttpRequest, message: str, *, kind: str = "good", undo: str = "") -> None:
    """Says `message` on the next page; `undo` is the path whose POST takes the act back."""
    messages.add_message(request, _LEVELS[kind], message, extra_tags=undo)


def toasts_of(request: HttpRequest) -> list[Toast]:
    """What is to be said now; asking for it counts as having said it."""
    return [
        Toast(_KINDS.get(message.level, "info"), str(message), message.extra_tags or "")
        for message in messages.get_messages(request)
    ]
