"""What the bench's databases and its shop are called."""

from __future__ import annotations

FOLDER = "bench"  # inside the data folder
DATABASES = "wainwright_bench_"  # on PostgreSQL; what each begins with
AGENCY = "Bench Agency"
LEAST, MOST = 10_000, 5_000_000  # orders a database may be asked to have
SHOP, PRODUCT, OWNER = "bench", "course", "owner@bench.example"
SHOWN_EMAIL = "ada0@buyer.example"  # in each address of those whose pages are measured
EMAILS = (SHOWN_EMAIL, "ada1@buyer.example", "ada2@buyer.example")
