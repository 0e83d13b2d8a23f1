from __future__ import annotations

from checks import docs


def test_an_undocumented_setting_is_named_once(plant):
    root = plant(
        "wainwright/settings.py",
        "from wainwright import environ\n"
        "A = environ.text('WAINWRIGHT_A')\nB = environ.flag('WAINWRIGHT_B')\n"
        "C = environ.words('WAINWRIGHT_B')\n",
    )
    plant("docs/self-hosting.md", "`WAINWRIGHT_A` is a word.")
    assert list(docs.problems(root)) == [
        "wainwright/settings.py:3: the setting WAINWRIGHT_B is mentioned nowhere in docs/"
    ]


def test_an_undocumented_event_is_named(plant):
    root = plant(
        "wainwright/sales/events.py",
        "from wainwright.core.events import Event\n"
        "class SaleEvent(Event):\n    order_id: int\n"
        "class Sold(SaleEvent):\n    name = 'sold'\n"
        "class Told(Event):\n    name = 'told'\n",
    )
    plant("docs/events.md", "| Told | a thing was told |")
    assert list(docs.problems(root)) == [
        "wainwright/sales/events.py:4: the event Sold is mentioned nowhere in docs/"
    ]


PARSER = """
import argparse
def parser():
    whole = argparse.ArgumentParser()
    commands = whole.add_subparsers()
    commands.add_parser("serve").add_argument("--port", choices=["1", "2"])
    clock = commands.add_parser("clock").add_subparsers()
    clock.add_parser("show")
    clock.add_parser("advance")
    return whole
"""


def test_an_undocumented_command_is_named(plant):
    root = plant("wainwright/__main__.py", PARSER)
    plant("docs/self-hosting.md", "`wainwright serve`, `wainwright clock show`")
    assert list(docs.problems(root)) == [
        "wainwright/__main__.py: the command clock advance is mentioned nowhere in docs/"
    ]


def test_an_undocumented_gateway_is_named(plant):
    root = plant("wainwright/payments/gateways/stripe/__init__.py", "")
    plant("wainwright/payments/gateways/test/__init__.py", "")
    plant("docs/gateways.md", "The Test gateway moves no money; a stripe is a line.")
    assert list(docs.problems(root)) == [
        "wainwright/payments/gateways/stripe/__init__.py:"
        " the gateway stripe is mentioned nowhere in docs/"
    ]


def test_a_room_of_which_nobody_says_who_may_do_what_there_is_named(plant):
    root = plant(
        "wainwright/web/dashboard/frame.py",
        "from django.utils.translation import gettext as _\n"
        "ROOMS = [('home', _('Home'), 'home'), ('team', _('People'), 'person')]\n",
    )
    plant("docs/agencies.md", "| Home | looks |\n\nPeople are many.")
    assert list(docs.problems(root)) == [
        "wainwright/web/dashboard/frame.py:2: the room People is mentioned nowhere in docs/"
    ]
