from __future__ import annotations

import pytest
from django.test import Client

from wainwright.web.joined import joined


def test_no_import_is_left_and_layers_keep_their_order() -> None:
    text = joined()
    assert "@import" not in text
    assert text.index("@layer reset, tokens") < text.index("@layer reset {")


@pytest.mark.django_db
def test_the_server_serves_it_whole() -> None:
    answer = Client().get("/static/css/all.css", headers={"host": "127.0.0.1"})
    assert b"".join(answer.streaming_content).decode() == joined()
