"""What is owed, and every attempt to move money for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode


class Connection(OfBusinessMode):
    """A business's link to a gateway, with its secrets sealed."""

    public_id = models.CharField(max_length=40, unique=True)
    gateway = models.CharField(max_length=20)
    label = models.CharField(max_length=100, blank=True)
    secrets = models.TextField(default="")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # calls in a row that got no answer
    ask_after = models.DateTimeField(null=True)  # work that can wait makes no call before
    compare_at = models.DateTimeField(null=True)  # when its books are compared with ours next

    class Meta:
        indexes = [
            models.Index(fields=["account", "business", "mode", "gateway"], name="connection_of")
        ]


class Method(OfBusinessMode):
    """A saved way to pay: a token at a gateway, never card data."""

    public_id = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    gateway_ref = models.CharField(max_length=200)
    customer_ref = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, default="card")
    brand = models.CharField(max_length=30, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    network_ref = models.CharField(max_length=200, blank=True)
    consent = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "gateway_ref"], name="one_method_per_token"
            )
        ]
        indexes = [models.Index(fields=["account", "customer"], name="method_of_customer")]

    @property
    def label(self) -> str:
        """Such as "Visa 4242"."""
        return f"{self.brand.title()} {self.last4}".strip() or str(_("saved payment method"))


class Bill(OfBusinessMode):
    """What is owed for a purchase or for periods. Unnumbered; payments and dunning hang on it."""

    PURCHASE, RENEWAL, CHANGE = "purchase", "renewal", "change"
    OPEN, PAID, VOID, WRITTEN_OFF = "open", "paid", "void", "written_off"
    STATES = [
        (OPEN, _("open")),
        (PAID, _("paid")),
        (VOID, _("void")),
        (WRITTEN_OFF, _("written off")),
    ]

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=11, choices=STATES, default=OPEN)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    order_id = models.BigIntegerField(null=True)  # of a renewal: the purchase it began with
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("tax"), gross__gte=0),
                name="bill_adds_up",
            )
        ]
        indexes = [
            models.Index(fields=["account", "customer", "due_at"], name="bill_of_customer"),
            models.Index(
                fields=["account", "mode", "due_at"],
                condition=models.Q(state="open"),
                name="bill_open",
            ),
        ]

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)


class BillLine(OfBusinessMode):
    """One line of a bill, as it was when the bill was opened."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    price = models.ForeignKey("catalog.Price", models.PROTECT, related_name="+", db_index=False)
    description = models.CharField(max_length=500)
    quantity = models.PositiveIntegerField(default=1)
    unit = models.BigIntegerField()
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bill", "position"], name="one_line_per_position"
            ),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("tax")),
                name="bill_line_adds_up",
            ),
        ]


class Payment(OfBusinessMode):
    """One attempt to move money. Its public id is the idempotency key the gateway sees."""

    STARTED, ACTION, PENDING, UNKNOWN = "started", "action_required", "pending", "unknown"
    SUCCEEDED, DECLINED, ABANDONED = "succeeded", "declined", "abandoned"
    STATES = [
        (STARTED, _("started")),
        (ACTION, _("waits for the customer")),
        (PENDING, _("pending")),
        (UNKNOWN, _("being checked")),
        (SUCCEEDED, _("paid")),
        (DECLINED, _("declined")),
        (ABANDONED, _("abandoned")),
    ]
    IN_FLIGHT = (STARTED, ACTION, PENDING, UNKNOWN)
    CHECKOUT, RENEWAL, METHOD, CHANGE = "checkout", "renewal", "method", "change"
    UNATTENDED = (RENEWAL, CHANGE)  # charged without a buyer before the gateway's page

    public_id = models.CharField(max_length=45, unique=True)
    bill = models.ForeignKey(
        Bill, models.PROTECT, null=True, related_name="payments", db_index=False
    )
    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    method = models.ForeignKey(Method, models.PROTECT, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=8)
    intent = models.CharField(max_length=12)
    subject = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=15, choices=STATES, default=STARTED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    gateway_ref = models.CharField(max_length=200, blank=True)
    start_ref = models.CharField(max_length=200, blank=True)
    start_url = models.TextField(blank=True)
    decline = models.CharField(max_length=30, blank=True)
    fee = models.BigIntegerField(null=True)
    raw = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)  # when the gateway is asked about it next
    asks = models.PositiveSmallIntegerField(default=0)
    part = models.BooleanField(default=False)  # pays a part of its bill, which stays open
    stray = models.BooleanField(default=False)  # came for a closed bill and must go back
    returned_at = models.DateTimeField(null=True)  # when a stray one was sent back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(state__in=["started", "action_required", "pending", "unknown"]),
                name="one_attempt_in_flight",
            ),
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(state="succeeded", stray=False, part=False),
                name="one_success_per_bill",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, amount__lte=10**15), name="payment_amount_sane"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "bill"], name="payment_of_bill"),
            models.Index(fields=["account", "customer"], name="payment_of_customer"),
            models.Index(fields=["account", "mode", "start_ref"], name="payment_by_start"),
            models.Index(fields=["account", "mode", "gateway_ref"], name="payment_by_ref"),
            models.Index(
                fields=["account", "mode", "ask_at"],
                condition=models.Q(settled_at=None),
                name="payment_in_flight",
            ),
            models.Index(
                fields=["account", "mode"],
                condition=models.Q(stray=True, returned_at=None),
                name="payment_stray",
            ),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def of_open_bill(self) -> bool:
        """A part that was paid of what is still owed."""
        return self.part and self.bill is not None and self.bill.state == Bill.OPEN


class Refund(OfBusinessMode):
    """Money back on one payment. Its public id is the idempotency key the gateway sees."""

    STARTED, PENDING, UNKNOWN = "started", "pending", "unknown"
    SUCCEEDED, DECLINED = "succeeded", "declined"
    STATES = [
        (STARTED, _("started")),
        (PENDING, _("pending")),
        (UNKNOWN, _("being checked")),
        (SUCCEEDED, _("refunded")),
        (DECLINED, _("refused by the bank")),
    ]

    public_id = models.CharField(max_length=45, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", db_index=False)
    state = models.CharField(max_length=9, choices=STATES, default=STARTED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    note = models.TextField(blank=True)
    by = models.CharField(max_length=254)
    form_key = models.CharField(max_length=60)
    gateway_ref = models.CharField(max_length=200, blank=True)
    raw = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField()  # when the gateway is asked about it next
    asks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payment", "form_key"], name="one_refund_per_form"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_positive"),
        ]
        indexes = [
            models.Index(fields=["account", "payment"], name="refund_of_payment"),
            models.Index(fields=["account", "mode", "gateway_ref"], name="refund_by_ref"),
            models.Index(
                fields=["account", "mode", "ask_at"],
                condition=models.Q(settled_at=None),
                name="refund_in_flight",
            ),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class InboxItem(OfBusinessMode):
    """A message from a gateway, stored before it is worked on. Only a hint: we ask again."""

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    ref = models.CharField(max_length=200)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "key"], name="one_item_per_key"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "received_at"],
                condition=models.Q(state="waiting"),
                name="inbox_waiting",
            )
        ]


class Reconciliation(OfBusinessMode):
    """One comparison of a gateway's books with ours, over what changed there since then."""

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    charges = models.PositiveIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)  # payments and refunds whose answer was lost
    differences = models.PositiveIntegerField(default=0)  # of them new

    class Meta:
        indexes = [
            models.Index(fields=["account", "connection", "until"], name="reconciliation_last")
        ]


class Difference(OfBusinessMode):
    """Where a gateway's books and ours tell different stories, until they agree again or a person
    says that it is settled. Sums are minor units; `ours` of the payment's currency."""

    OTHER_SUM, NOBODYS, MISSING, REFUNDED = "other_sum", "nobodys", "missing", "refunded"

    public_id = models.CharField(max_length=40, unique=True)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=9)
    ref = models.CharField(max_length=200)  # the gateway's, of the charge
    ours = models.BigIntegerField(null=True)
    theirs = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=254, blank=True)  # empty: the books agree again
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "kind", "ref"], name="one_difference_per_charge"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "found_at"],
                condition=models.Q(settled_at=None),
                name="difference_open",
            )
        ]

    @property
    def ours_as_money(self) -> Money | None:
        if self.ours is None or self.payment is None:
            return None
        return Money(self.ours, self.payment.currency)

    @property
    def theirs_as_money(self) -> Money | None:
        return None if self.theirs is None else Money(self.theirs, self.currency)
