"""`wainwright bench` builds what it needs, measures it, and says what it saw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.server import Server

pytestmark = pytest.mark.slow


def test_a_quick_measure_is_told_and_written_down(tmp_path: Path) -> None:
    server, file = Server(tmp_path / "data"), tmp_path / "found.json"
    printed = server.run("bench", "placing", "--quick", "--json", str(file), seconds=300)
    names = ["placing an order, of raw SQL", "placing an order in hellos"]
    assert [row["name"] for row in json.loads(file.read_text())] == names
    assert all(name in printed for name in names)
    assert "BROKEN" not in printed


def test_an_unknown_measure_is_refused_with_those_there_are(tmp_path: Path) -> None:
    printed = Server(tmp_path / "data").run("bench", "weight", expect=1)
    assert "There is no measure called weight" in printed
    assert "placing" in printed


def test_so_few_or_so_many_orders_are_refused(tmp_path: Path) -> None:
    for orders in ("9999", "5000001"):
        printed = Server(tmp_path / "data").run("bench", "--orders", orders, expect=2)
        assert "is not a whole number from 10000 to 5000000" in printed
