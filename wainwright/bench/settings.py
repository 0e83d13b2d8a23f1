"""The product's own settings, with one more page: the hello every other page is weighed against."""

from __future__ import annotations

from wainwright.settings import *  # noqa: F403

ROOT_URLCONF = "wainwright.bench.urls"
WSGI_APPLICATION = "wainwright.bench.hello.application"
