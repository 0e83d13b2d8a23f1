"""All settings. Values come from the environment; docs/self-hosting.md lists each of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from wainwright import environ
from wainwright.core import keys

PACKAGE = Path(__file__).resolve().parent
DATA = Path(environ.text("WAINWRIGHT_DATA") or Path.cwd() / ".data").resolve()

# Where it answers
URL = environ.origin("WAINWRIGHT_URL", "http://127.0.0.1:8000")
ON_LOOPBACK = (urlsplit(URL).hostname or "").split(".")[-1] in ("localhost", "1")
ALLOWED_HOSTS = ["*"]  # wainwright.web.hosts answers 421 to every host no business has
USE_X_FORWARDED_HOST = False
TRUSTED_PROXIES = environ.words("WAINWRIGHT_TRUSTED_PROXIES")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
DEBUG = False

# The database
_app_database = environ.database("DATABASE_URL")
_owner_database = environ.database("DATABASE_MIGRATE_URL")
EMBEDDED = _app_database is None
if _app_database is None:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "wainwright.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY",
            },
            "CONN_MAX_AGE": 3600,  # a new one knows what was counted since (core.driver.count_rows)
        }
    }
else:
    DATABASES = {
        "default": {
            **_app_database,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": 10,
                "keepalives_idle": 30,
                "tcp_user_timeout": 30_000,
                # No transaction of ours rests: one that does belongs to a process that hangs, which
                # may neither hold its locks any longer nor write when it wakes. And nobody waits
                # for a lock without end: what gives up is told so, and tried again.
                "options": "-c idle_in_transaction_session_timeout=30s -c lock_timeout=60s",
            },
        },
    }
    if _owner_database is not None:
        DATABASES["owner"] = _owner_database  # used by `wainwright migrate` alone
# Holds how often somebody tried to sign in, and codes already used: the same for every process.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

# Secrets
if EMBEDDED:
    _kept = keys.kept_in(DATA)
    SECRET_KEY = environ.text("WAINWRIGHT_SECRET_KEY", _kept["secret_key"])
    ENCRYPTION_KEYS = (
        environ.words("WAINWRIGHT_ENCRYPTION_KEYS") or _kept["encryption_keys"].split()
    )
else:
    SECRET_KEY = environ.text("WAINWRIGHT_SECRET_KEY")
    ENCRYPTION_KEYS = environ.words("WAINWRIGHT_ENCRYPTION_KEYS")
    if len(SECRET_KEY) < 32:
        raise environ.BadSetting("WAINWRIGHT_SECRET_KEY", "give at least 32 random characters")
    if not ENCRYPTION_KEYS:
        raise environ.BadSetting("WAINWRIGHT_ENCRYPTION_KEYS", "give at least one Fernet key")
SECRET_KEY_FALLBACKS = environ.words("WAINWRIGHT_SECRET_KEY_FALLBACKS")

# What it is made of
AREAS = [
    "core",
    "accounts",
    "customers",
    "catalog",
    "tax",
    "payments",
    "sales",
    "invoicing",
    "billing",
    "checkout",
    "letters",
    "hub",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_ox",
    *[f"wainwright.{area}" for area in AREAS],
    "wainwright.web",
    "wainwright.wiring.Wiring",
]
MIDDLEWARE = [
    "wainwright.web.addresses.ProxyMiddleware",  # before anything that believes a header
    "wainwright.web.security.GuardsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # before anything that asks the database
    "wainwright.web.hosts.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wainwright.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "wainwright.web.security.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wainwright.web.dashboard.door.StaffDoor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wainwright.web.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "wainwright.urls"
WSGI_APPLICATION = "wainwright.wsgi.application"
TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "wainwright.web.folding.Folded",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "wainwright.web.templating.environment",
            "context_processors": ["wainwright.web.context.everywhere"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "allauth"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wainwright.web.context.everywhere",
            ]
        },
    },
]
MESSAGE_STORAGE = "wainwright.web.toasts.Messages"
FORM_RENDERER = "wainwright.web.inputs.Inputs"

# Staff log in with e-mail, password and a second factor
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["wainwright.web.dashboard.staff.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "wainwright.web.dashboard.staff.StaffAdapter"
ACCOUNT_FORMS = {
    "login": "wainwright.web.dashboard.login_forms.LoginForm",
    "reset_password": "wainwright.web.dashboard.login_forms.ResetPasswordForm",
    "reset_password_from_key": "wainwright.web.dashboard.login_forms.ResetPasswordKeyForm",
    "change_password": "wainwright.web.dashboard.login_forms.ChangePasswordForm",
    "reauthenticate": "wainwright.web.dashboard.login_forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: an address was given by whoever invited it
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_ADAPTER = "wainwright.web.dashboard.staff.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "wainwright.web.dashboard.login_forms.AddPasskeyForm",
    "edit_webauthn": "wainwright.web.dashboard.login_forms.EditPasskeyForm",
}
MFA_TOTP_ISSUER = "Wainwright"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
_SECURE = URL.startswith("https://")
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "wainwright.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
STAFF_IDLE_SECONDS = 30 * 60

# Browsers' guards
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environ.flag("WAINWRIGHT_HSTS_SUBDOMAINS")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Background work: a killed worker's task is taken up again when its lease ends
TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "OPTIONS": {
            "MAX_ATTEMPTS": 5,
            "LOCK_TIMEOUT": 30,
            "BACKOFF_INITIAL": 1,
            "BACKOFF_MAX": 60,
        },
    }
}

# Letters
_smtp = environ.smtp("WAINWRIGHT_SMTP_URL")
MAIL_TO_FILES = _smtp is None
MAIL_FOLDER = DATA / "mail"
MAIL_FROM = environ.text("WAINWRIGHT_MAIL_FROM", "receipts@localhost")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAILERS = {
    "default": (
        {"BACKEND": "wainwright.letters.folder.FolderBackend"}
        if _smtp is None
        else {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": _smtp}
    )
}

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "wainwright.web.joined.JoinedStyles",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
DOCUMENTS_FOLDER = DATA / "documents"
UPLOADS_FOLDER = DATA / "uploads"

# The demo opens its doors wider: its page says so
DEMO = environ.flag("WAINWRIGHT_DEMO")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "wainwright.core.logs.HideSecrets"}},
    "formatters": {
        "line": {
            "()": "wainwright.core.logs.SetIn",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets"],
        }
    },
    "loggers": {"django.tasks": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": environ.text("WAINWRIGHT_LOG_LEVEL", "WARNING")},
}
CSRF_FAILURE_VIEW = "wainwright.web.refusals.csrf_failure"
