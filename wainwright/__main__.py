"""The console command: `wainwright COMMAND …`. Each command is a module of wainwright.commands."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from wainwright import __version__
from wainwright.bench.names import LEAST, MOST
from wainwright.commands import _install
from wainwright.core.errors import Refused

USAGE, REFUSED, INTERRUPTED = 2, 1, 130


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; `{self.prog} --help` tells more.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. A refusal is a sentence and 1, misuse is 2."""
    options = parser().parse_args(arguments)
    try:
        options.opens(options)
        command = import_module(f"wainwright.commands.{options.command}")
        with _install.in_language_of_terminal(options.command):
            code: int = command.run(options)
        return code
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED


def parser() -> Parser:
    whole = Parser(
        prog="wainwright", description="A cart, subscription biller and customer hub to host."
    )
    whole.add_argument("--version", action="version", version=f"wainwright {__version__}")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)

    serve = _command(commands, "serve", "run the web server")
    serve.set_defaults(opens=_for_its_processes)
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    serve.add_argument("--workers", type=_count, default=1, help="server processes")

    worker = _command(commands, "worker", "run the background work")
    worker.add_argument("--concurrency", type=_count, default=2, help="tasks at once")

    _command(commands, "migrate", "bring the database up to date")
    _command(commands, "doctor", "say what is missing or unsafe")
    _command(commands, "rotatekeys", "seal every stored secret with the newest key")
    _command(commands, "audit", "evaluate the invariants over the database")

    bench = _command(commands, "bench", "measure it, in databases of its own")
    bench.add_argument("name", nargs="?", default="", help="one measure instead of all")
    bench.add_argument("--quick", action="store_true", help="the smallest sizes; judges nothing")
    bench.add_argument(
        "--orders", type=_orders, metavar="N", help="in the large database, instead of 1,000,000"
    )
    bench.add_argument("--json", metavar="FILE", help="write what was measured there, too")

    account = _command(commands, "createaccount", "open an account with its own business")
    account.add_argument("--slug", required=True, help="its place in addresses: /b/SLUG/")
    account.add_argument("--email", required=True, help="its owner's e-mail")
    account.add_argument("--name", required=True, help="the business's name")
    account.add_argument("--country", default="", metavar="CC", help="such as DE")
    account.add_argument("--zone", default="UTC", help="such as Europe/Berlin")
    account.add_argument("--language", default="en")

    clock = commands.add_parser("clock", help="show or move an account's test clock")
    acts = clock.add_subparsers(title="what to do", metavar="ACT", required=True)
    for act, help_text in {
        "show": "say where it stands",
        "advance": "let days pass, with all that is due on each",
        "reset": "delete the account's test rows and start anew",
    }.items():
        one = _command(acts, act, help_text, module="clock")
        one.set_defaults(act=act)
        one.add_argument("--account", required=True, metavar="SLUG")
        if act == "advance":
            one.add_argument("--days", type=_count, required=True)
        if act == "reset":
            one.add_argument("--yes", action="store_true", help="do not ask")

    bring = commands.add_parser("import", help="bring in what was before")
    kinds = bring.add_subparsers(title="what to bring in", metavar="KIND", required=True)
    orders = _command(kinds, "orders", "past orders from a CSV file", module="import_orders")
    orders.add_argument("file")
    orders.add_argument("--business", required=True, metavar="SLUG")
    orders.add_argument("--dry-run", action="store_true", help="check, and write nothing")
    orders.add_argument("--skip-bad", action="store_true", help="leave bad rows out")
    orders.add_argument("--test", action="store_true", help="write into test mode")

    demo = _command(commands, "demo", "fill a demo and run it", environment=_demo)
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--reset", action="store_true", help="begin with a fresh one")

    prove = _command(commands, "prove", "try on a fresh demo that it keeps its promises")
    prove.set_defaults(opens=_in_workshop)

    simulate = _command(commands, "simulate", "lead a shop through faults and crashes, by lot")
    simulate.set_defaults(opens=_in_workshop)
    simulate.add_argument("--seed", type=_count, default=1, help="the same seed, the same life")
    simulate.add_argument("--days", type=_count, default=400)
    simulate.add_argument("--lives", type=_count, default=1, help="so many seeds, from that one on")
    simulate.add_argument("--log", metavar="FILE", help="write every step and each day's end there")
    return whole


def _command(
    commands: Any,
    name: str,
    help_text: str,
    *,
    module: str = "",
    environment: Callable[[argparse.Namespace], dict[str, str]] = lambda options: {},
) -> Parser:
    """One command with what all of them take; `environment` fills in settings that are unset."""
    made: Parser = commands.add_parser(name, help=help_text, description=help_text.capitalize())
    made.add_argument("--data", metavar="DIR", help="where everything is kept (WAINWRIGHT_DATA)")
    made.set_defaults(
        command=module or name,
        opens=lambda options: _install.open_in(options.data, environment(options)),
    )
    return made


def _for_its_processes(options: argparse.Namespace) -> None:
    _install.choose(options.data, _address(options))


def _in_workshop(options: argparse.Namespace) -> None:
    from wainwright.commands import _workshop

    options.workshop = _workshop.open_workshop(options.data)


def _address(options: argparse.Namespace) -> dict[str, str]:
    return {"WAINWRIGHT_URL": f"http://127.0.0.1:{options.port}"}


def _demo(options: argparse.Namespace) -> dict[str, str]:
    return {**_address(options), "WAINWRIGHT_DEMO": "yes"}


def _port(text: str) -> int:
    return _number(text, 65535)


def _count(text: str) -> int:
    return _number(text, 100_000)


def _orders(text: str) -> int:
    return _number(text, MOST, least=LEAST)


def _number(text: str, most: int, *, least: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
