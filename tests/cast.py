"""The people of the tests: Ann owns, Cleo is a client user, Ada buys, Mallory is a stranger."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from tests.factories import shops
from wainwright.accounts import opening
from wainwright.accounts.models import Account, Business, Member, User
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope

PASSWORD = "a long enough password"
BACKEND = "wainwright.web.dashboard.staff.StaffBackend"


@dataclass
class Cast:
    """An agency with its own business and two clients', and a stranger's account."""

    account: Account
    own: Business
    client: Business
    other_client: Business
    ann: Member
    cleo: Member
    carl: Member
    mallory: Member

    @property
    def stranger(self) -> Business:
        return Business.everywhere.get(account=self.mallory.account)


def assemble() -> Cast:
    """Everybody, each with a password and every business with the Test gateway connected."""
    ann = opening.open_account(
        slug="agency", name="Agency", email="ann@agency.example", country="DE", zone="Europe/Berlin"
    )
    mallory = opening.open_account(
        slug="stranger", name="Stranger", email="mallory@stranger.example", country="US"
    )
    with scope(ann.account_id, TEST):
        own = Business.objects.get(is_own=True)
        client = opening.add_business(
            slug="cleo", name="Cleo's Courses", by=SYSTEM, country="FR", zone="Europe/Paris"
        )
        other = opening.add_business(slug="carl", name="Carl's Coaching", by=SYSTEM, country="GB")
        cleo = opening.invite_client_user(
            business=client, email="cleo@cleo.example", name="Cleo", by=SYSTEM
        )
        carl = opening.invite_client_user(
            business=other, email="carl@carl.example", name="Carl", by=SYSTEM
        )
        for business in (own, client, other):
            shops.open_shop(business)
    with scope(mallory.account_id, TEST):
        shops.open_shop(Business.objects.get(is_own=True))
    for member in (ann, cleo, carl, mallory):
        member.user.set_password(PASSWORD)
        member.user.save()
    return Cast(ann.account, own, client, other, ann, cleo, carl, mallory)


def desk_of(user: User) -> Client:
    """The browser of somebody of staff who is signed in, in test mode."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=BACKEND)
    return client
