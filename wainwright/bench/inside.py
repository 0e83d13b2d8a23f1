"""`python -m wainwright.bench.inside MODULE ARGUMENTS`: a module of the bench, in one install."""

from __future__ import annotations

import sys
from importlib import import_module

import django

from wainwright.core.errors import Refused

if __name__ == "__main__":
    django.setup()
    module = import_module(f"wainwright.bench.{sys.argv[1]}")
    try:
        sys.exit(module.main(*sys.argv[2:]))
    except Refused as refusal:
        sys.exit(refusal.message)
