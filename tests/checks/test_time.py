from __future__ import annotations

import pytest

from checks import time


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "from django.utils import timezone\nx = field(default=timezone.now)",
        "from time import time as wall\nx = wall()",
        "from datetime import date\nx = date.today()",
        "from django.db.models import functions\nx = functions.Now()",
        "from django.db import models\nx = models.DateTimeField(auto_now_add=True)",
    ],
)
def test_another_clock_is_named_with_its_line(plant, code):
    root = plant("wainwright/billing/renewals.py", code)
    assert [problem.partition(": ")[0] for problem in time.problems(root)] == [
        "wainwright/billing/renewals.py:2"
    ]


def test_the_clock_itself_may_look_at_the_wall(plant):
    root = plant("wainwright/core/clock.py", "from datetime import datetime\nx = datetime.now()")
    assert list(time.problems(root)) == []


def test_our_clock_and_other_words_called_now_are_fine(plant):
    root = plant("wainwright/a.py", "from wainwright.core import clock\nx = clock.now()\nwires.now")
    assert list(time.problems(root)) == []
