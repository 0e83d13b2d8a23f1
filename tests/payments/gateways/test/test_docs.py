from pathlib import Path

from wainwright.payments.gateways.test.cards import CARDS

PAGE = Path(__file__).parents[4] / "docs" / "adding-a-gateway.md"


def test_every_test_number_is_documented():
    text = PAGE.read_text(encoding="utf-8")
    missing = [card.number for card in CARDS if card.spaced.replace("\u00a0", " ") not in text]
    assert missing == []
