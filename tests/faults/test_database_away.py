"""The database is restarted in the midst of its work, or its answers are lost on the way."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.buyers import Crowd
from tests.faults.checking import check
from tests.faults.fleet import Fleet, asks
from tests.faults.mailroom import Mailroom
from tests.faults.proxy import proxy_to
from tests.faults.test_killing import work_on
from tests.postgres import Cluster, cluster

pytestmark = pytest.mark.postgres

FEW_OR_MANY = [pytest.param(3, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.nightly)]


@pytest.fixture
def server() -> Iterator[Cluster]:
    """One that keeps what it said it kept, unlike that of the other tests."""
    with cluster(durable=True) as running:
        yield running


@pytest.mark.parametrize("times", FEW_OR_MANY)
def test_nothing_is_lost_when_the_database_restarts_under_load(
    tmp_path: Path, server: Cluster, mailroom: Mailroom, seed: int, times: int
) -> None:
    chance = random.Random(seed)
    settings = server.addresses | {"WAINWRIGHT_SMTP_URL": mailroom.url}
    with Fleet(tmp_path, settings, webs=1, workers=1) as fleet:
        with Crowd(fleet, seed) as crowd:
            for _time in range(times):
                work_on(fleet, crowd.promises, chance.randint(3, 15))
                server.stop(how=signal.SIGQUIT)
                assert asks(fleet.ports[0]) == 503
                server.start()
            work_on(fleet, crowd.promises, 10)
        fleet.kill(*fleet.names())
        check(fleet, crowd.promises, mailroom)


@pytest.mark.parametrize("times", FEW_OR_MANY)
def test_nothing_is_lost_or_doubled_when_answers_to_commits_are_lost(
    tmp_path: Path, database: dict[str, str], mailroom: Mailroom, seed: int, times: int
) -> None:
    chance = random.Random(seed)
    parts = urlsplit(database["DATABASE_URL"])
    assert parts.port is not None
    with proxy_to(parts.port) as proxy:
        place = parts.netloc.rpartition(":")[0]
        through = parts._replace(netloc=f"{place}:{proxy.port}").geturl()
        settings = database | {"DATABASE_URL": through, "WAINWRIGHT_SMTP_URL": mailroom.url}
        with Fleet(tmp_path, settings, webs=1, workers=1) as fleet:
            with Crowd(fleet, seed) as crowd:
                for _time in range(4 * times):
                    work_on(fleet, crowd.promises, chance.randint(1, 8))
                    proxy.swallow()
                    time.sleep(chance.uniform(0, 0.1))
                    proxy.cut()
                work_on(fleet, crowd.promises, 10)
            fleet.kill(*fleet.names())
            check(fleet, crowd.promises, mailroom)
