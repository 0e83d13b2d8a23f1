"""Opening accounts, adding businesses, inviting people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wainwright.accounts import sessions
from wainwright.accounts.models import Account, Business, Member, User
from wainwright.accounts.validation import validate_slug, validate_zone
from wainwright.core import audit, clock, tenancy
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.errors import Conflict, Refused
from wainwright.core.ids import new_id


def open_account(
    *,
    slug: str,
    name: str,
    email: str,
    country: str = "",
    zone: str = "UTC",
    language: str = "en",
    by: Actor = SYSTEM,
) -> Member:
    """A new account with its own business of the same slug and its owner.

    The owner's login has no password until he sets one; a person who has a login keeps it.
    """
    with transaction.atomic():
        account = Account.objects.create(
            public_id=new_id("acc"), name=name, created_at=clock.wall()
        )
        with tenancy.scope(account.pk, tenancy.LIVE):
            business = add_business(
                slug=slug,
                name=name,
                by=by,
                is_own=True,
                country=country,
                zone=zone,
                language=language,
                support_email=email,
            )
            owner = Member.objects.create(
                public_id=new_id("mem"), user=find_or_make_user(email), role=Member.OWNER
            )
            audit.note("account.opened", account.public_id, by=by, business_id=business.pk)
    owner.account = account
    return owner


def add_business(*, slug: str, name: str, by: Actor, **fields: Any) -> Business:
    """One more seller of record in the scope's account."""
    try:
        validate_slug(slug)
        validate_zone(fields.get("zone", "UTC"))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="bad_slug", field="slug") from None
    try:
        with transaction.atomic():
            business = Business.objects.create(
                public_id=new_id("biz"),
                slug=slug,
                name=name,
                legal_name=fields.pop("legal_name", name),
                **fields,
            )
            audit.note("business.added", business.public_id, by=by, business_id=business.pk)
    except IntegrityError:
        raise Conflict(
            _("The address “%(slug)s” is taken. Please choose another.") % {"slug": slug},
            code="slug_taken",
            field="slug",
        ) from None
    return business


def invite_client_user(*, business: Business, email: str, name: str, by: Actor) -> Member:
    """A place in the account for a person who sees and manages this one business."""
    try:
        with transaction.atomic():
            member = Member.objects.create(
                public_id=new_id("mem"),
                user=find_or_make_user(email, name),
                role=Member.CLIENT,
                business=business,
            )
            audit.note("member.invited", member.public_id, by=by, business_id=business.pk)
    except IntegrityError:
        raise Conflict(
            _("%(email)s has a place in this account already.") % {"email": email},
            code="member_exists",
            field="email",
        ) from None
    return member


def remove_member(member: Member, *, by: Actor) -> None:
    """Takes away the place; the login stays. An account keeps at least one owner."""
    with transaction.atomic():
        if member.role == Member.OWNER:
            raise Refused(_("An account keeps its owner."), code="last_owner")
        audit.note("member.removed", member.public_id, by=by, business_id=member.business_id)
        member.delete()


def sign_out_member(member: Member, *, by: Actor) -> None:
    """Ends all the person's sessions, as when a device was lost; he may sign in again."""
    with transaction.atomic():
        sessions.end_all(member.user)
        audit.note("member.signed_out", member.public_id, by=by, business_id=member.business_id)


def find_or_make_user(email: str, name: str = "") -> User:
    found = User.objects.filter(email=email.strip().lower()).first()
    return found or User.objects.create_user(email.strip(), name=name)
