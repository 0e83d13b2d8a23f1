"""`wainwright bench`: the project's measures, each a ratio against a floor in the same run."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.bench import measures, results
from wainwright.bench.names import FOLDER
from wainwright.commands._progress import Progress
from wainwright.core.errors import Refused


def run(options: argparse.Namespace) -> int:
    """Prints a line for each measure as it is done; 1 if a bound is broken, unless `--quick`."""
    if options.name and options.name not in measures.ALL:
        raise Refused(
            _("There is no measure called %(name)s. There are: %(names)s.")
            % {"name": options.name, "names": ", ".join(measures.ALL)}
        )
    names = [options.name] if options.name else list(measures.ALL)
    progress, found = Progress(), []
    taken = measures.take(
        names, settings.DATA / FOLDER, progress.tell, quick=options.quick, orders=options.orders
    )
    print(results.HEAD)
    for result in taken:
        progress.close()
        found.append(result)
        print(results.line(result), flush=True)
    if options.json:
        Path(options.json).write_text(results.as_json(found) + "\n", encoding="utf-8")
    broken = [each for each in found if not each.holds]
    return 1 if broken and not options.quick else 0
