from __future__ import annotations

import subprocess

import pytest

from checks import words


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"])
def test_an_unfinished_mark_is_named(plant, mark):
    root = plant("wainwright/web/templates/a.html", f"<p>\n{{# {mark} later #}}")
    (problem,) = words.problems(root)
    assert problem == f"wainwright/web/templates/a.html:2: {mark} marks unfinished work"


def test_vendored_files_keep_their_authors_words(plant):
    root = plant("wainwright/web/static/vendor/htmx.js", "// TO" + "DO")
    assert list(words.problems(root)) == []


def test_a_tracked_second_lock_file_is_named(plant):
    root = plant("uv.lock", "")
    for command in (["git", "init", "-q"], ["git", "add", "uv.lock"]):
        subprocess.run(command, cwd=root, check=True, timeout=30)
    assert list(words.problems(root)) == [
        "uv.lock: is tracked; requirements.lock is the only lock file"
    ]
