from __future__ import annotations

import subprocess
import sys

import pytest
from django.urls import get_resolver

from wainwright.web import loading

_WRITES_AN_ADDRESS = """
import django
django.setup()
from django.urls import reverse
from wainwright.commands import worker
import sys
assert reverse("hub:door") and reverse("account_login")
print([name for name in sys.modules if name.startswith("wainwright.web.") and "views" in name
       or name in ("wainwright.web.hub.home", "allauth.account.views", "fido2.server")])
"""


def test_every_route_names_a_view_that_can_be_loaded():
    assert get_resolver().url_patterns
    loading.load_all()


def test_a_name_of_no_view_is_told_when_all_are_loaded(monkeypatch):
    monkeypatch.setattr(loading, "_named", [])
    loading.views_of("wainwright.web.hub")("home.nowhere")
    with pytest.raises(ImportError, match="nowhere"):
        loading.load_all()


def test_a_view_says_itself_whether_it_checks_forms():
    assert loading.views_of("wainwright.web.hooks")("views.receive").csrf_exempt
    assert not loading.views_of("wainwright.web.checkout")("views.product").csrf_exempt


@pytest.mark.slow
def test_what_writes_addresses_loads_no_view():
    run = [sys.executable, "-c", _WRITES_AN_ADDRESS]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "[]\n"
