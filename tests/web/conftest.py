from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.web.callers import World, assemble, taken_back


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    logging.disable()  # thousands of refusals are expected, each of them a line
    in_use = override_settings(MAIL_TO_FILES=False)  # letters go out, nobody reads them here
    with django_db_blocker.unblock(), in_use, taken_back():
        yield assemble()
    logging.disable(logging.NOTSET)
