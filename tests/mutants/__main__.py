"""Makes small changes to the product, one at a time, and counts those that the tests notice.

    bin/mutants                         all changes of all files; hours
    bin/mutants --sample 400 --seed 7   so many, drawn by lot from every file alike
    bin/mutants --file billing/terms.py one file (may be given again)

What no test reaches has survived. Ends with 1 if less than 85 % were noticed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.mutants import planting, reach, trying
from tests.mutants.changes import ROOT, changes_of

AREAS = ("wainwright/billing", "wainwright/payments", "wainwright/core/money.py")
WANTED = 0.85
FAST = "not slow and not nightly and not browser and not postgres"
WHOLE = "not nightly and not browser and not postgres"
# The fast tests of everything, and the slow ones of those who bill, tell of it and show it.
NEAR = ("billing", "payments", "letters", "simulation", "stories", "web/hub", "web/dashboard")
ASKED = (("-m", FAST), ("-m", f"slow and {WHOLE}", *(f"tests/{area}" for area in NEAR)))
PYTEST = [
    *(sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"),
    *("--nomigrations", "--hypothesis-seed=0", "-o", "faulthandler_timeout=0"),
]


@dataclass(frozen=True)
class Mutant:
    file: str
    number: int

    @property
    def area(self) -> str:
        return next(area for area in AREAS if self.file.startswith(area))

    def __str__(self) -> str:
        return f"{self.file}:{changes_of(self.file)[self.number]}"


type Task = tuple[Mutant, list[str]]  # with the tests to ask
type Answer = tuple[Mutant, int]


def main(arguments: Sequence[str]) -> int:
    asked = _read(arguments)
    mutants = _drawn(_all(asked.file), asked.sample, asked.seed)
    print(f"{len(mutants)} changes, drawn with seed {asked.seed}", flush=True)
    with TemporaryDirectory(prefix="wainwright-mutants-") as folder:
        survivors = set()
        for mutant, killed in _tried(mutants, Path(folder), asked.processes):
            if not killed:
                survivors.add(mutant)
                print(f"survived  {mutant}", flush=True)
    return _report(mutants, survivors)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/mutants")
    parser.add_argument("--sample", type=int, help="how many changes, drawn by lot")
    parser.add_argument("--seed", type=int, default=1, help="of the lot")
    parser.add_argument("--file", action="append", help="as billing/terms.py")
    parser.add_argument("--processes", type=int, default=os.process_cpu_count() or 1)
    return parser.parse_args(arguments)


def _all(files: Sequence[str] | None) -> list[Mutant]:
    if files:
        chosen = [f"wainwright/{file}" for file in files]
    else:
        paths = [path for area in AREAS for path in _files(ROOT / area)]
        chosen = [str(path.relative_to(ROOT)) for path in paths]
    return [Mutant(file, number) for file in chosen for number in range(len(changes_of(file)))]


def _files(area: Path) -> list[Path]:
    found = [area] if area.is_file() else sorted(area.rglob("*.py"))
    return [path for path in found if "migrations" not in path.parts]


def _drawn(mutants: Sequence[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    """A sample in which every file has its share: one of every so many, from a start by lot."""
    if sample is None or sample >= len(mutants):
        return list(mutants)
    lot = random.Random(seed)
    step = len(mutants) / sample
    return [mutants[int((i + lot.random()) * step)] for i in range(sample)]


def _tried(
    mutants: Sequence[Mutant], folder: Path, processes: int
) -> Iterator[tuple[Mutant, bool]]:
    """Every mutant, and whether a test noticed it."""
    reached = _reach(folder, processes)
    texts = {file: (ROOT / file).read_text().splitlines() for file in reached.tests}
    warm, cold = [], []
    for mutant in mutants:
        change = changes_of(mutant.file)[mutant.number]
        tests = reached.worth_asking(reached.of(mutant.file, change.lines), mutant.file)
        if change.inside and tests:
            warm.append((mutant, tests))
        else:  # also what is in a function that is called at import only
            cold.append(mutant)
    with ThreadPoolExecutor(processes) as pool:
        for mutant, answer in _try_all(warm, reached, folder, pool, processes):
            if answer == trying.NEEDS_IMPORT:
                cold.append(mutant)
            else:
                yield mutant, answer == trying.KILLED
        alone = {pool.submit(_is_noticed, each, reached, texts): each for each in cold}
        for done in as_completed(alone):
            yield alone[done], done.result()


def _reach(folder: Path, processes: int) -> reach.Reach:
    env = os.environ | {reach.FOLDER: str(folder)}
    for tests in ASKED:
        command = [*PYTEST, "-n", str(processes), "-p", "tests.mutants.reach", *tests]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True)
        if done.returncode:
            raise SystemExit(f"mutants: the tests fail without any change\n{done.stdout.decode()}")
    return reach.read(folder)


def _try_all(
    tasks: Sequence[Task],
    reached: reach.Reach,
    folder: Path,
    pool: ThreadPoolExecutor,
    processes: int,
) -> Iterator[Answer]:
    """The answers for changes inside functions, as they come, from so many processes."""
    answers: SimpleQueue[Answer | None] = SimpleQueue()
    parts = [part for part in (tasks[i::processes] for i in range(processes)) if part]
    running = [pool.submit(_try_part, part, reached, folder, answers.put) for part in parts]
    for each in running:
        each.add_done_callback(lambda _done: answers.put(None))
    for _each in running:
        yield from iter(answers.get, None)
    for each in running:
        each.result()  # raises what went wrong


def _try_part(
    part: Sequence[Task],
    reached: reach.Reach,
    folder: Path,
    tell: Callable[[Answer], None],
) -> None:
    """Tells the answers of one process, which forks for each change."""
    tasks = folder / f"{part[0][0].file.replace('/', '-')}-{part[0][0].number}.tasks"
    tasks.write_text(
        json.dumps([(m.file, m.number, tests, reached.patience(tests)) for m, tests in part])
    )
    reading, writing = os.pipe()
    env = os.environ | {trying.TASKS: str(tasks), trying.ANSWERS: str(writing)}
    command = [*PYTEST, "-m", WHOLE, "-p", "tests.mutants.trying"]
    tried = 0
    with subprocess.Popen(
        command, cwd=ROOT, env=env, pass_fds=[writing], stdout=subprocess.PIPE
    ) as worker:
        os.close(writing)
        with os.fdopen(reading) as answers:
            for line in answers:
                file, number, answer = line.strip().rsplit(":", 2)
                if int(answer) == trying.BROKEN:
                    break
                tell((Mutant(file, int(number)), int(answer)))
                tried += 1
        said, _ = worker.communicate()
    if tried != len(part):
        raise SystemExit(f"mutants: not every change could be tried\n{said.decode()}")


def _is_noticed(mutant: Mutant, reached: reach.Reach, texts: dict[str, list[str]]) -> bool:
    """For changes that count at import: asks the tests that reach what it defines, afresh."""
    change = changes_of(mutant.file)[mutant.number]
    everywhere = range(len(texts.get(mutant.file, ())) + 1)
    tests = reached.of_words(change.names, texts) or reached.of(mutant.file, everywhere)
    if not change.inside:
        tests |= reached.named_for(mutant.file)
    chosen = reached.worth_asking(tests, mutant.file)
    if not chosen:
        return False
    env = os.environ | {planting.NAMED: f"{mutant.file}:{mutant.number}"}
    command = [*PYTEST, "-x", "-p", "tests.mutants.planting", *chosen]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, timeout=reached.patience(chosen)
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def _report(mutants: Sequence[Mutant], survivors: set[Mutant]) -> int:
    tried = Counter(mutant.area for mutant in mutants)
    survived = Counter(mutant.area for mutant in survivors)
    print("\n| area | changes | noticed | share |\n| --- | --- | --- | --- |")
    for area in (area for area in AREAS if tried[area]):
        print(_row(f"`{area.removeprefix('wainwright/')}`", tried[area], survived[area]))
    print(_row("together", len(mutants), len(survivors)))
    return int(len(mutants) - len(survivors) < WANTED * len(mutants))


def _row(name: str, tried: int, survived: int) -> str:
    return f"| {name} | {tried} | {tried - survived} | {(tried - survived) / tried:.1%} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
