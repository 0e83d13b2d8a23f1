"""Accounts, their businesses, and the people who log in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from wainwright.accounts.validation import SLUG, validate_zone
from wainwright.core.tenancy import Tenant
from wainwright.core.text import address_lines


class Account(models.Model):
    """The tenant: one seller or agency. Nothing is ever shared between accounts."""

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Business(Tenant):
    """A seller of record: its name and address stand on every document, letter and page."""

    PAPERS = [("a4", "A4"), ("letter", "Letter")]

    public_id = models.CharField(max_length=40, unique=True)
    slug = models.CharField(max_length=40, unique=True, validators=[SLUG])
    is_own = models.BooleanField(default=False)
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    region = models.CharField(_("state or region"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    registration = models.CharField(_("register entry"), max_length=200, blank=True)
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    paper = models.CharField(_("paper"), max_length=6, choices=PAPERS, default="a4")
    website = models.URLField(_("website"), blank=True)
    support_email = models.EmailField(_("support e-mail"), blank=True)
    support_url = models.URLField(_("help page"), blank=True)
    support_note = models.CharField(_("when you answer"), max_length=200, blank=True)
    privacy_url = models.URLField(_("privacy page"), blank=True)
    hub_message = models.TextField(_("message in the hub"), blank=True)
    accent = models.CharField(_("accent colour"), max_length=7, default="#14532d")
    logo = models.CharField(max_length=100, blank=True)
    sender_email = models.EmailField(_("sender of letters"), blank=True)
    host = models.CharField(max_length=253, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_own=True), name="one_own_business"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def address_lines(self) -> list[str]:
        return address_lines(self)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who logs in to the dashboard. A customer is never a user."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class StaffSession(AbstractBaseSession):
    """A browser's session; of nobody while the person is still signing in."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from wainwright.accounts.sessions import SessionStore

        return SessionStore


class Member(Tenant):
    """A person's place in one account: its owner, or a client user of one business."""

    OWNER, CLIENT = "owner", "client"
    ROLES = [(OWNER, _("owner")), (CLIENT, _("client user"))]

    public_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=ROLES)
    business = models.ForeignKey(Business, models.PROTECT, null=True, related_name="members")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="one_place_per_account"),
            models.CheckConstraint(
                condition=models.Q(role="owner", business=None)
                | models.Q(role="client", business__isnull=False),
                name="client_users_have_a_business",
            ),
        ]
