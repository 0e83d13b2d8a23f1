"""What every test may ask for: either database, and browsers for the stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests import browsers, databases, environment
from wainwright.core import lived

# How long an example takes is the machine's business: a busy one is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# The people of the tests have passwords; hashing them slowly is Django's business, not ours.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

BROWSER_FIXTURES = {"page", "phone", "desktop", "open_page"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("postgres") and settings.EMBEDDED:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        if item.get_closest_marker("sqlite") and not settings.EMBEDDED:
            item.add_marker(pytest.mark.skip(reason="needs SQLite"))
    # Playwright keeps an event loop, beside which Django refuses its database: stories come last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    databases.keep_sqlite_in(environment.DATA)


if not settings.EMBEDDED:

    @pytest.fixture(scope="session")
    def django_db_setup(
        request: pytest.FixtureRequest,
        django_test_environment: None,
        django_db_blocker: DjangoDbBlocker,
    ) -> None:
        worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
        with django_db_blocker.unblock():
            databases.lay_postgres(f"test_wainwright_{worker}")


@pytest.fixture(autouse=True)
def nothing_lived_before() -> None:
    """A test's database is taken back when it ends, which is no restored backup."""
    (settings.DATA / lived.FILE).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[browsers.Browser]:
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(chromium: browsers.Browser) -> Iterator[Callable[..., browsers.Page]]:
    """Opens a page in a browser of its own: other cookies, another person."""
    with browsers.visits(chromium) as open_page:
        yield open_page


@pytest.fixture
def phone(open_page: Callable[..., browsers.Page]) -> browsers.Page:
    return open_page(browsers.PHONE)


@pytest.fixture
def desktop(open_page: Callable[..., browsers.Page]) -> browsers.Page:
    return open_page(browsers.DESKTOP)


@pytest.fixture(params=[browsers.PHONE, browsers.DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, open_page: Callable[..., browsers.Page]) -> browsers.Page:
    """The same story on a phone's width and on a desktop's."""
    return open_page(request.param)
