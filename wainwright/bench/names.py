"""What the bench's shop is called."""

from __future__ import annotations

SHOP, PRODUCT, OWNER = "bench", "course", "owner@bench.example"
SHOWN_EMAIL = "ada0@buyer.example"  # in each address of those whose pages are measured
EMAILS = (SHOWN_EMAIL, "ada1@buyer.example", "ada2@buyer.example")
