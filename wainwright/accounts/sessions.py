"""Where people are signed in to the dashboard: one row for each browser.

The row is the session. Whoever's row is deleted is signed out with his next click, on every server.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet

from wainwright.accounts.models import StaffSession, User
from wainwright.core import clock
from wainwright.core.prepared import Slot, prepared

SINCE, SEEN, AGENT, PLACE = "staff_since", "staff_seen", "staff_agent", "staff_ip"
SECONDS_BETWEEN_MARKS = 300


@prepared
def _row(key: Slot, now: Slot) -> QuerySet[StaffSession]:
    return StaffSession.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(DatabaseStore):
    """Django's sessions in the database, whose rows know the person they belong to."""

    def _get_session_from_db(self) -> StaffSession | None:
        found = _row.first(self.session_key, clock.wall()) if self.session_key else None
        if found is None:
            self._session_key = None
        return found

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        row = super().create_model_instance(data)
        assert isinstance(row, StaffSession)
        row.user_id = data.get(SESSION_KEY)
        return row


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser. `id` names it in addresses; the key that is in its cookie stays unsaid."""

    id: str
    agent: str
    ip: str
    since: datetime
    seen: datetime
    here: bool


def mark(session: SessionBase, *, agent: str, ip: str) -> None:
    """Notes that the browser was seen, at most once in five minutes."""
    now = _now()
    session.setdefault(SINCE, now)
    session.setdefault(AGENT, agent[:200])
    if now - session.get(SEEN, 0) >= SECONDS_BETWEEN_MARKS:
        session[SEEN], session[PLACE] = now, ip


def is_over(session: SessionBase | dict[str, Any]) -> bool:
    """After STAFF_IDLE_SECONDS alone, or SESSION_COOKIE_AGE in all."""
    now = _now()
    since, seen = session.get(SINCE, now), session.get(SEEN, now)
    return bool(
        now - seen > settings.STAFF_IDLE_SECONDS or now - since > settings.SESSION_COOKIE_AGE
    )


def signed_in(user: User, here: SessionBase) -> list[SignedIn]:
    """The person's sessions, this one first, then the latest seen."""
    others = StaffSession.objects.filter(user=user).exclude(session_key=here.session_key)
    found = [_signed_in(row.session_key, row.get_decoded()) for row in others]
    at_work = [one for one in found if one is not None]
    at_work.sort(key=lambda one: one.seen, reverse=True)
    own = _signed_in(here.session_key, here, here=True)
    return [own, *at_work] if own else at_work


def _signed_in(
    key: str | None, data: SessionBase | dict[str, Any], *, here: bool = False
) -> SignedIn | None:
    """None for a session that is over, or that has only just begun."""
    if key is None or SEEN not in data or is_over(data):
        return None
    return SignedIn(
        id=_id(key),
        agent=data.get(AGENT, ""),
        ip=data.get(PLACE, ""),
        since=datetime.fromtimestamp(data[SINCE], UTC),
        seen=datetime.fromtimestamp(data[SEEN], UTC),
        here=here,
    )


def end_one(user: User, session_id: str) -> bool:
    """Ends the person's session of this id; False if he has none such."""
    for row in StaffSession.objects.filter(user=user):
        if _id(row.session_key) == session_id:
            row.delete()
            return True
    return False


def end_all(user: User, *, but: SessionBase | None = None) -> int:
    """Ends all sessions of the person, perhaps but one; how many it were."""
    rows = StaffSession.objects.filter(user=user)
    if but is not None:
        rows = rows.exclude(session_key=but.session_key)
    return rows.delete()[0]


def forget_over() -> None:
    """For the sweep: rows that no browser can use any more."""
    SessionStore.clear_expired()


def _id(session_key: str) -> str:
    return "ses_" + hashlib.sha256(session_key.encode()).hexdigest()[:32]


def _now() -> int:
    return int(clock.wall().timestamp())
