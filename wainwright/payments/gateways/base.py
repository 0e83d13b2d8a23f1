"""The contract between the shop and a payment gateway.

An adapter is a plain class for one `Connection`. It speaks only the words below: no model, request
or template enters it, and it writes nothing of ours. The core commits the attempt and its key
before it calls, holds no lock while it waits, and books the `Outcome` afterwards.

What happens to the buyer's money is an `Outcome`. Only what is not the buyer's doing is raised:

GatewayError
├── GatewayUnavailable     nothing was sent, or it was refused unread: the same call may be repeated
├── OutcomeUnknown         sent, no answer: never repeat with a new key; ask `fetch` until it knows
├── GatewayMisconfigured   wrong key, feature not enabled: a banner for the seller, no dunning
├── RequestRejected        our request is wrong, as a key used again for another amount
├── RateLimited            asked too often; wait `retry_after` seconds
└── BadSignature           a webhook that the gateway did not send, or sent too long ago
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from wainwright.core.money import Money

type Mode = Literal["test", "live"]
type Kind = Literal["charge", "refund", "method", "start", "dispute"]


@dataclass(frozen=True, slots=True)
class Connection:
    """A business's link to a gateway, as an adapter may know it.

    `secrets` never show in `repr`. Where webhooks are signed, "webhook" is what they are proven by,
    or two parted by a space, the newest first, while the older one is still believed.
    `base_urls` and `settings` hold what an adapter documents, such as the origin of its card page.
    """

    id: str
    mode: Mode
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    account_ref: str = ""
    webhook_url: str = ""
    base_urls: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do, as data: pages, checks and the contract suite read it.

    Amount limits are minor units per currency; a currency that is not named has no limit.
    `late_arrival` is how long a call that got no answer may still be carried out there: before it
    is over, NotFound proves nothing.
    """

    methods: frozenset[str]
    currencies: frozenset[str]
    save_only: bool = True
    pay_and_save: bool = True
    merchant_initiated: bool = True
    variable_amount: bool = True
    minimum: Mapping[str, int] = field(default_factory=dict)
    maximum: Mapping[str, int] = field(default_factory=dict)
    partial_refund: bool = True
    multi_refund: bool = True
    refund_window_days: int | None = None
    void_unsettled: bool = False
    manual_capture: bool = False
    replace_start: bool = False
    idempotency: Literal["native", "lookup", "none"] = "native"
    idempotency_ttl: timedelta | None = None
    late_arrival: timedelta = timedelta(minutes=30)
    webhook: Literal["signed", "fetch", "none"] = "signed"
    async_settlement_days: int = 0
    gateway_retries: bool = False
    account_updater: bool = False
    disputes: bool = False
    client: Literal["embedded", "redirect", "both"] = "redirect"
    fee_reported: bool = False
    test_mode: Literal["key", "account"] = "key"


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """The state of a connection: `ok`, or what is `missing` in sentences for the seller."""

    ok: bool
    account_name: str
    mode: Mode
    currencies: frozenset[str]
    missing: tuple[str, ...] = ()


class Intent(StrEnum):
    """What a buyer who is present is asked for."""

    PAY = "pay"
    PAY_AND_SAVE = "pay_and_save"
    SAVE_ONLY = "save_only"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays, as far as the gateway may know."""

    email: str
    name: str = ""
    country: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the buyer agreed to for later charges: the text shown, how often, at most how much."""

    text_id: str
    cadence: str
    maximum: Money | None = None


@dataclass(frozen=True, slots=True)
class StartRequest:
    """Ask the buyer to pay, to save a method, or both.

    `amount` is zero for SAVE_ONLY and names the currency. `replaces` is the ref of an earlier start
    of the same cart, which the gateway voids in the same step.
    """

    intent: Intent
    amount: Money
    buyer: Buyer
    key: str
    order_ref: str
    return_url: str
    cancel_url: str
    webhook_url: str
    locale: str = "en"
    statement: str = ""
    consent: Consent | None = None
    methods: frozenset[str] = frozenset()
    customer_ref: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class ClientPayload:
    """What a script of the gateway on our page needs to collect a method in its own fields."""

    script_url: str
    publishable_key: str
    client_secret: str = field(repr=False)
    element: str = "payment"


@dataclass(frozen=True, slots=True)
class Start:
    """How the buyer goes on: exactly one of a `client` payload, a `redirect` address or `done`.

    `done` answers a request whose `replaces` was finished by the buyer already: nothing new was
    started, `ref` is the earlier start, and its Outcome (SUCCEEDED or PENDING) is carried. Look at
    its amount: it is what the earlier start asked for, and None if that only saved a method.
    """

    ref: str
    expires_at: datetime
    client: ClientPayload | None = None
    redirect: str | None = None
    done: Outcome | None = None

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.client, self.redirect, self.done)) != 1:
            raise ValueError("a Start has exactly one of client, redirect and done")


type Action = Start
"""What the buyer must still do, on-session, before a charge can succeed."""


@dataclass(frozen=True, slots=True)
class MethodRef:
    """A saved way to pay: the gateway's token and the customer it belongs to there."""

    token: str
    customer_ref: str


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """What may be shown of a saved method; never anything that could pay."""

    kind: Literal["card", "paypal", "sepa", "ach", "wallet", "other"]
    brand: str = ""
    last4: str = ""
    expiry_month: int | None = None
    expiry_year: int | None = None
    country: str = ""
    holder_email: str = ""
    mandate_ref: str = ""
    reusable: bool = True
    status: Literal["active", "expired", "gone"] = "active"


class Series(StrEnum):
    """Why a saved method is charged, in the words of the card schemes."""

    RECURRING = "recurring"
    INSTALLMENT = "installment"
    UNSCHEDULED = "unscheduled"
    ONE_CLICK = "one_click"


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """Charge a saved method.

    `return_url` is where the buyer comes back to if the bank wants to see him; `network_ref` is
    the first transaction of the series.
    """

    method: MethodRef
    amount: Money
    key: str
    invoice_ref: str
    description: str
    series: Series = Series.RECURRING
    network_ref: str | None = None
    customer_present: bool = False
    return_url: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Give back `amount` of a charge, in part or in full."""

    charge_ref: str
    amount: Money
    key: str
    reason: str = ""


class OutcomeStatus(StrEnum):
    SUCCEEDED = "succeeded"
    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class Decline(StrEnum):
    """Why money did not move, in the one list that dunning looks at.

    ABANDONED belongs to starts only: they ran out or were replaced, and no method failed.
    """

    INSUFFICIENT_FUNDS = "insufficient_funds"  # retry on the calendar
    TRY_AGAIN = "try_again"  # retry soon, a few times; together they count once
    GENERIC = "generic"  # retry, few times
    AUTHENTICATION_REQUIRED = "authentication_required"  # no retry; send an on-session link
    EXPIRED_CARD = "expired_card"  # no retry until the method changed
    INVALID_CARD = "invalid_card"  # no retry until the method changed
    METHOD_GONE = "method_gone"  # no retry; the method is dead
    DO_NOT_RETRY = "do_not_retry"  # never this method again
    FRAUD_SUSPECTED = "fraud_suspected"  # no retry; tell the seller, not the buyer
    LIMIT = "limit"  # the seller must act
    ABANDONED = "abandoned"  # a start that nobody finished


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a start, charge, refund or method.

    `ref` is the gateway's id of what moved money (the charge, the refund) or, where none did, of
    what was asked about. `amount` is what the gateway says it moved, not what was asked for.
    A start that the buyer has not finished is ACTION_REQUIRED with the way to go on; if a method
    was tried on it and refused, `decline` says why. `method` is set when one was saved or used.
    `decline` is always set when DECLINED, `action` when ACTION_REQUIRED, `expected_by` when
    PENDING. `refunded` counts what went back of a charge. `raw` is redacted, kept for support.
    """

    status: OutcomeStatus
    ref: str
    amount: Money | None = None
    fee: Money | None = None
    refunded: Money | None = None
    method: MethodRef | None = None
    network_ref: str | None = None
    decline: Decline | None = None
    stop_series: bool = False
    action: Action | None = None
    expected_by: datetime | None = None
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotFound:
    """Proof of absence: the gateway answered that it knows no such thing, and never did."""

    kind: Kind
    ref: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ListedCharge:
    """A charge in the gateway's books, for comparing them with ours. `key` is our own."""

    ref: str
    key: str | None
    start_ref: str | None
    created_at: datetime
    outcome: Outcome


class DisputeStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DisputeReport:
    """How a chargeback stands: the buyer's bank took `amount` of a charge back.

    The money is the buyer's while it is open and once it is lost; won, it is the seller's again.
    `fee` is what the gateway keeps for it as it stands. `respond_by` is until when the seller may
    send the bank what speaks for him.
    """

    ref: str
    charge_ref: str
    status: DisputeStatus
    amount: Money
    opened_at: datetime
    fee: Money | None = None
    reason: str = ""
    respond_by: datetime | None = None


class EventKind(StrEnum):
    CHARGE_CHANGED = "charge.changed"
    REFUND_CHANGED = "refund.changed"
    METHOD_CHANGED = "method.changed"
    METHOD_GONE = "method.gone"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_CLOSED = "dispute.closed"
    ACCOUNT_CHANGED = "account.changed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A hint from a webhook that something changed.

    `id` is the gateway's and removes duplicates; None if it gives none. `ref` is the charge,
    refund, method or dispute meant; `start_ref` and `key` (ours) help to find our payment.
    `outcome` None means: go and fetch.
    """

    id: str | None
    at: datetime
    kind: EventKind
    ref: str
    start_ref: str | None = None
    key: str | None = None
    outcome: Outcome | None = None


class GatewayError(Exception):
    """The gateway could not do its part; nothing of this is the buyer's doing."""


class GatewayUnavailable(GatewayError):
    """Nothing was done there; the same call with the same key may be made again later."""


class OutcomeUnknown(GatewayError):
    """Asked, but no answer came: it may have happened. Only `fetch` can tell."""


class GatewayMisconfigured(GatewayError):
    """A wrong key or a feature that is switched off; the seller must act."""


class RequestRejected(GatewayError):
    """The gateway refuses the request as wrong; for it nothing moved and never will."""


class RateLimited(GatewayError):
    """Asked too often. Nothing was done; wait `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadSignature(GatewayError):
    """A webhook that must not be believed."""


class Gateway(Protocol):
    """Every adapter. Any method may raise GatewayUnavailable, GatewayMisconfigured or RateLimited.

    Calls that move money also raise OutcomeUnknown and RequestRejected. They are idempotent by
    their key: the same key with the same request gives the same Outcome and moves money once; the
    same key with another amount or target is RequestRejected.
    """

    code: str

    def capabilities(self) -> Capabilities:
        """What this gateway can do; asks nobody."""
        ...

    def check(self) -> ConnectionReport:
        """Asks the gateway whether the connection works, and what is missing for it."""
        ...

    def start(self, request: StartRequest) -> Start:
        """Opens what the buyer needs to pay or to save a method, and closes what it replaces."""
        ...

    def finish(self, ref: str, returned: Mapping[str, str]) -> Outcome:
        """What became of a start after the buyer came back. Asks the gateway, never trusts him."""
        ...

    def close(self, ref: str) -> Outcome:
        """Closes a start, or the page of a charge that asks for the buyer: nobody can pay there
        any more. Answers what became of it; DECLINED where nothing moved."""
        ...

    def charge_saved(self, request: ChargeRequest) -> Outcome:
        """Charges a saved method. Without the buyer, a bank that wants him is ACTION_REQUIRED
        with decline AUTHENTICATION_REQUIRED."""
        ...

    def refund(self, request: RefundRequest) -> Outcome:
        """Gives money back; the adapter voids instead where nothing is settled yet. More than is
        left of the charge is RequestRejected."""
        ...

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        """Takes an authorised amount. RequestRejected unless capabilities name manual_capture."""
        ...

    def fetch(
        self, kind: Kind, ref: str | None = None, key: str | None = None
    ) -> Outcome | NotFound:
        """The truth now, by the gateway's ref or by our key (exactly one of them)."""
        ...

    def list_charges(self, since: datetime) -> Iterator[ListedCharge]:
        """Every charge made or changed since then, oldest first; started ones included."""
        ...

    def fetch_dispute(self, ref: str) -> DisputeReport | NotFound:
        """How a dispute stands now. NotFound unless capabilities name disputes."""
        ...

    def list_disputes(self, since: datetime) -> Iterator[DisputeReport]:
        """Every dispute opened or changed since then, oldest first; none unless capabilities name
        disputes."""
        ...

    def describe_method(self, method: MethodRef) -> MethodInfo:
        """What may be shown of a method; status "gone" if the gateway no longer has it."""
        ...

    def forget_method(self, method: MethodRef) -> None:
        """Removes a saved method at the gateway; one that is gone already is no error."""
        ...

    def new_webhook_secret(self) -> str:
        """A fresh secret, without spaces, with which the gateway signs its webhooks from now on.
        Where the gateway draws it, it is asked for one. RequestRejected unless capabilities say
        that webhooks are signed."""
        ...

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], url: str) -> list[GatewayEvent]:
        """The events in a delivery. Checks the proof over the raw bytes first, and raises
        BadSignature for any doubt."""
        ...
