"""`python -m wainwright.bench.inside MODULE ARGUMENTS`: a module of the bench, in one install."""

from __future__ import annotations

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    module = import_module(f"wainwright.bench.{sys.argv[1]}")
    sys.exit(module.main(*sys.argv[2:]))
