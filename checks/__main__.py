"""`python -m checks` runs all of them, one line each; exit 1 if one finds something."""

from __future__ import annotations

import sys
from pathlib import Path

from checks import docs, tenancy, time, translations, words

ALL = {
    "time": time.problems,
    "tenancy": tenancy.problems,
    "translations": translations.problems,
    "docs": docs.problems,
    "words": words.problems,
}


def main(root: Path) -> int:
    failed = 0
    for name, problems in ALL.items():
        found = list(problems(root))
        print(f"{name:13} {'FAILED' if found else 'ok'}")
        for problem in found:
            print(f"  {problem}")
        failed |= bool(found)
    return failed


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
