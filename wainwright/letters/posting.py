"""Giving one message to the mail server, which may be away, stall, or refuse.

A server that cannot be reached, or stops answering, costs whoever knocks a whole timeout. So one
who found it that way lets nobody of his process knock again for a while: the letters stay due, and
the other work goes on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from wainwright.core import clock

SECONDS_OF_REST = 30

_rests_until: dict[str, float] = {}  # by the server's settings


class Undeliverable(Exception):
    """The address can never get this letter; trying again is pointless."""


class ServerAway(Exception):
    """The mail server could not be reached or stopped answering. The letter is not to blame."""


def is_away() -> bool:
    """Somebody here found the server away moments ago."""
    return clock.monotonic() < _rests_until.get(_server(), 0)


def hand_over(mail: EmailMessage) -> None:
    """Gives one message to the mail server. Once that said yes, nothing after it makes it a no.

    Raises Undeliverable where it says never, ServerAway where it says nothing, and whatever else
    was wrong with this one letter.
    """
    import smtplib  # a megabyte, which a server that only writes letters can spare

    if is_away():
        raise ServerAway("the mail server was away a moment ago")
    mailer = mailers.default
    try:
        mailer.open()
    except OSError as error:
        raise _rest(error) from error
    try:
        mailer.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        if answers and all(code >= 500 for code, _words in answers):
            raise Undeliverable(str(answers[0])) from error
        raise
    except OSError as error:
        if _stalled(error):
            raise _rest(error) from error
        raise
    except ValueError as error:  # an address no mail can be sent to
        raise Undeliverable(str(error)) from error
    finally:
        with suppress(OSError):  # of a server that is gone before we said goodbye
            mailer.close()


def _stalled(error: OSError) -> bool:
    """A timeout, which smtplib may report as a connection closed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _rest(error: OSError) -> ServerAway:
    _rests_until[_server()] = clock.monotonic() + SECONDS_OF_REST
    return ServerAway(f"{type(error).__name__}: {error}")


def _server() -> str:
    mailer: dict[str, Any] = settings.MAILERS["default"]
    options = mailer.get("OPTIONS", {})
    return f"{options.get('host')}:{options.get('port')}"
