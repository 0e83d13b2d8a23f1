"""How long `wainwright prove` takes over a demo, from the command to its last line."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from wainwright.bench import homes
from wainwright.bench.homes import SQLITE
from wainwright.bench.results import Result, of_rounds

SECONDS = 180


def measure(root: Path, *, days: int, buyers: int) -> list[Result]:
    """Over a demo of so many days and buyers, which is kept. SystemExit if a proof fails."""
    home = homes.home(SQLITE, f"demo-{days}", root)
    home.run("demo", str(days), str(buyers))
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "wainwright", "prove", "--data", str(home.folder)],
        env={**home.environment, "DJANGO_SETTINGS_MODULE": "wainwright.settings"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=1800,
    )
    if done.returncode:
        raise SystemExit(f"prove failed:\n{done.stdout}")
    took = time.monotonic() - began
    seen = done.stdout.splitlines()[-1]
    return [of_rounds("prove over a demo, s", SQLITE, [took], bound=SECONDS, seen=seen)]
