"""An account is opened from the console, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.commands.conftest import Said
from wainwright.accounts.directory import business_by_slug
from wainwright.accounts.models import Account, User

pytestmark = pytest.mark.django_db
Run = Callable[..., Said]


def create(run: Run, **options: str) -> Said:
    wanted = {"slug": "acme", "email": "ann@acme.example", "name": "Acme & Söhne"} | options
    return run("createaccount", *(f"--{name}={value}" for name, value in wanted.items()))


def test_an_account_has_its_own_business_and_an_owner(run: Run) -> None:
    said = create(run, country="de", zone="Europe/Berlin", language="de")
    assert (said.code, said.err) == (0, "")
    business = business_by_slug("acme")
    assert business is not None
    assert (business.is_own, business.name) == (True, "Acme & Söhne")
    assert (business.country, business.zone, business.language) == ("DE", "Europe/Berlin", "de")


def test_the_owner_is_told_where_to_set_a_password(run: Run) -> None:
    address = create(run).last.rpartition(" ")[2]
    assert address.startswith("http://127.0.0.1:8000/accounts/password/reset/key/")
    answer = Client().get(urlsplit(address).path, follow=True, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200


def test_somebody_who_has_a_login_keeps_it(run: Run) -> None:
    User.objects.create_user("ann@acme.example", "a long enough password")
    assert "logs in with the password known so far" in create(run).last


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("slug", "hub", "This address is kept for the system."),
        ("slug", "-a", "Use 3 to 40 small letters"),
        ("slug", "Größe", "Use 3 to 40 small letters"),
        ("email", "nobody", "“nobody” is no e-mail address."),
        ("name", "N" * 10_000, "This is too long"),
        ("name", "  ", "Please fill this in."),
        ("name", "a\x00b", "characters that cannot be kept"),
        ("country", "XX", "“XX” is no country"),
        ("zone", "Mars/Olympus", "That time zone is not known."),
        ("language", "xx", "“xx” is no language of ours; choose from en, de."),
    ],
)
def test_nonsense_is_refused_and_opens_nothing(
    run: Run, option: str, value: str, sentence: str
) -> None:
    said = create(run, **{option: value})
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert not Account.objects.exists()


def test_a_taken_slug_is_refused(run: Run) -> None:
    create(run)
    said = create(run, email="bob@acme.example")
    assert (said.code, said.err) == (1, "The address “acme” is taken. Please choose another.\n")
    assert Account.objects.count() == 1
