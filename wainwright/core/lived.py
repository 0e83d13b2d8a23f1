"""Whether the database is the one that was lived with, or was taken back to an earlier day.

A count stands in the database and in a file that no restored database brings back. It rises in the
database first and then in the file: killed at any moment, the file is never ahead. If it is, what
counted on is gone from the database. The same holds where the file is gone that once was there, as
on another machine: nothing tells then how much was lived since.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Greatest

from wainwright.core import files
from wainwright.core.models import Lived

log = logging.getLogger(__name__)

FILE = "lived"

_COUNT = """
    INSERT INTO core_lived (id, count, marked) VALUES (1, 1, false)
    ON CONFLICT (id) DO UPDATE SET count = core_lived.count + 1 RETURNING count, marked
"""


def went_back() -> bool:
    """Counts one more; whether the database is behind what was lived. Asked until `go_on`.

    Never inside a transaction. The file is read before the database counts, so that whoever counts
    meanwhile makes no difference.
    """
    told = _told()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT)
        [(count, marked)] = cursor.fetchall()
    if told >= count or (marked and not told):
        return True
    _tell(count, marked=bool(marked))
    return False


def go_on() -> None:
    """What the database holds is what is lived with from here on."""
    rows = Lived.objects.filter(pk=1)
    rows.update(count=Greatest("count", _told()) + 1)
    lived = rows.get()
    _tell(lived.count, marked=lived.marked)


def _told() -> int:
    """What the file says; 0 where there is none, or none that can be read."""
    try:
        return int((settings.DATA / FILE).read_text())
    except (OSError, ValueError):
        return 0


def _tell(count: int, *, marked: bool) -> None:
    try:
        if count > _told():
            files.replace(settings.DATA / FILE, str(count).encode())
    except OSError as error:  # a full disk: the file stays behind, which is no harm
        log.warning("could not write %s: %s", FILE, error)
        return
    if not marked:
        Lived.objects.filter(pk=1).update(marked=True)
