"""A person sees where he is signed in, and ends it there; others hear of what changed."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django_ox.testing import run_tasks

from tests.cast import PASSWORD, Cast, desk_of
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import TEST, scope
from wainwright.web.dashboard import notices, staff

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def telephone(people: Cast) -> Client:
    """Ann's second browser."""
    client = desk_of(people.ann.user)
    client.get("/dashboard/", headers={"user-agent": SAFARI})
    return client


def is_in(client: Client) -> bool:
    return client.get("/dashboard/").status_code == 200


def own_page(client: Client) -> str:
    return client.get("/dashboard/you/", headers={"user-agent": FIREFOX}).text


def test_each_browser_stands_in_the_list(ann: Client, telephone: Client) -> None:
    page = own_page(ann)
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.index("this device, now") < page.index("Safari on iPhone")


def test_a_session_that_is_ended_is_over_on_the_server(ann: Client, telephone: Client) -> None:
    found = re.search(r"/dashboard/you/sessions/ses_\w+/end/", own_page(ann))
    assert found
    ann.post(found[0])
    assert (is_in(ann), is_in(telephone)) == (True, False)
    assert ann.post(found[0]).status_code == 404


def test_all_others_end_at_once(ann: Client, telephone: Client) -> None:
    own_page(ann)
    ann.post("/dashboard/you/sessions/end/")
    assert (is_in(ann), is_in(telephone)) == (True, False)


def test_nobody_ends_anothers_session(ann: Client, cleo: Client, telephone: Client) -> None:
    found = re.search(r"/dashboard/you/sessions/ses_\w+/end/", own_page(ann))
    assert found
    assert cleo.post(found[0]).status_code == 404
    assert is_in(telephone)


def test_the_owner_signs_a_member_out_everywhere(people: Cast, ann: Client, cleo: Client) -> None:
    is_in(cleo)
    address = f"/dashboard/team/{people.cleo.public_id}/sign-out/"
    assert cleo.post(address).status_code == 404
    ann.post(address)
    assert (is_in(ann), is_in(cleo)) == (True, False)
    with scope(people.account.pk, TEST):
        assert AuditRow.everywhere.filter(action="member.signed_out").exists()


def test_a_new_password_ends_all_other_sessions_and_is_told_of(
    people: Cast, ann: Client, telephone: Client
) -> None:
    typed = {
        "oldpassword": PASSWORD,
        "password1": "x long enough one",
        "password2": "x long enough one",
    }
    answer = ann.post("/accounts/password/change/", typed, headers={"user-agent": FIREFOX})
    assert answer.status_code == 302
    assert (is_in(ann), is_in(telephone)) == (True, False)
    run_tasks()
    (letter,) = mail.outbox
    assert letter.to == ["ann@agency.example"]
    assert letter.subject == "Your login: Your password was changed."
    assert "Firefox on Windows, 127.0.0.1" in letter.body


def test_every_change_that_is_told_has_words(people: Cast) -> None:
    for change in notices.CHANGES:
        notices.tell(people.ann.user, change, agent=FIREFOX, ip="192.0.2.7")
    run_tasks()
    assert len({letter.subject for letter in mail.outbox}) == len(notices.CHANGES)


def test_recovery_codes_alone_are_no_second_factor(people: Cast) -> None:
    user = people.ann.user
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert not staff.has_second_factor(user)
    TOTP.activate(user, generate_totp_secret())
    assert staff.has_second_factor(user)
