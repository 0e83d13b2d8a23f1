"""The one table: which event is heard by whom, and what recurs."""

from __future__ import annotations

from django.apps import AppConfig


class Wiring(AppConfig):
    name = "wainwright.wiring"
    label = "wiring"
