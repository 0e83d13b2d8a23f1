"""Letters as files: whole, in order, named by moment and id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.letters.test_message import a_letter
from wainwright.accounts.models import Business
from wainwright.letters import sending

pytestmark = pytest.mark.django_db


def test_each_letter_is_one_whole_file(
    business: Business, settings: Settings, tmp_path: Path
) -> None:
    settings.MAIL_FOLDER = tmp_path / "mail"
    settings.MAILERS = {"default": {"BACKEND": "wainwright.letters.folder.FolderBackend"}}
    sending.send_now(a_letter(business).pk)
    (file,) = settings.MAIL_FOLDER.iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-ltr_1\.eml", file.name)
    assert b"To: ada@buyer.example\r\n" in file.read_bytes()
