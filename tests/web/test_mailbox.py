"""The mailbox of the demo and of development, and nowhere else."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db

LINK = "http://127.0.0.1:8000/l/a-token/"
NAME = "20261121T120000.000000Z-ltr_1.eml"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_FOLDER = tmp_path
    keep(tmp_path, NAME, "ada@buyer.example", "First")
    keep(tmp_path, NAME.replace("T12", "T13"), "bob@buyer.example", "Second <b>")
    return tmp_path


def keep(folder: Path, name: str, to: str, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@x.example", to, subject
    mail["Date"] = "Sat, 21 Nov 2026 12:00:00 +0000"
    mail.set_content(f"Open <this>:\n{LINK}\n")
    mail.add_alternative("<style>p{color:red}</style><p>Hello</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="2026-1.pdf")
    (folder / name).write_bytes(mail.as_bytes())


def get(path: str) -> tuple[int, str]:
    answer = Client(HTTP_HOST="127.0.0.1").get(path)
    return answer.status_code, answer.content.decode()


def test_the_newest_letter_stands_first(folder: Path) -> None:
    _status, page = get("/_mail/")
    assert 0 < page.index("Second &lt;b&gt;") < page.index("First")


def test_letters_are_searched_by_recipient(folder: Path) -> None:
    _status, page = get("/_mail/?q=ADA")
    assert "First" in page
    assert "Second" not in page


def test_a_letter_shows_its_words_with_links_that_work(folder: Path) -> None:
    _status, page = get(f"/_mail/{NAME}/")
    assert f'<a href="{LINK}">{LINK}</a>' in page
    assert "Open &lt;this&gt;:" in page
    assert "2026-1.pdf" in page


def test_an_attachment_can_be_taken(folder: Path) -> None:
    answer = Client(HTTP_HOST="127.0.0.1").get(f"/_mail/{NAME}/0/")
    assert answer.content == b"%PDF-1.7"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="2026-1.pdf"'
    assert get(f"/_mail/{NAME}/1/")[0] == 404


def test_the_html_part_is_shown_where_nothing_runs(folder: Path) -> None:
    answer = Client(HTTP_HOST="127.0.0.1").get(f"/_mail/{NAME}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("name", ["absent.eml", "..%2f..%2fsecrets.eml", "%00.eml", "x.txt"])
def test_nothing_else_on_the_disk_can_be_read(folder: Path, name: str) -> None:
    (folder / "x.txt").write_text("private")
    assert get(f"/_mail/{name}/")[0] == 404


@pytest.mark.parametrize("setting", ["MAIL_TO_FILES", "ON_LOOPBACK"])
@pytest.mark.parametrize("path", ["/_mail/", f"/_mail/{NAME}/", f"/_mail/{NAME}/html/"])
def test_where_letters_go_out_or_others_look_in_there_is_no_mailbox(
    folder: Path, settings: Settings, setting: str, path: str
) -> None:
    setattr(settings, setting, False)
    settings.URL = "http://127.0.0.1:8000"
    assert get(path)[0] == 404
