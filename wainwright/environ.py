"""Typed readers of environment settings. Each refuses nonsense with a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


class BadSetting(SystemExit):
    """A setting that cannot be used; ends the process with its sentence."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Setting {name}: {problem}")


def text(name: str, default: str = "") -> str:
    """The setting, or the content of the file named by NAME_FILE (for container secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE", f"cannot read {path}: {error.strerror}") from None
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if value == "" else value in ("1", "true", "yes", "on")
    raise BadSetting(name, f"{value!r} is neither yes nor no")


def number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdigit() or not least <= int(value) <= most:
        raise BadSetting(name, f"{value!r} is not a whole number from {least} to {most}")
    return int(value)


def words(name: str) -> list[str]:
    return [word for word in text(name).replace(",", " ").split() if word]


def origin(name: str, default: str) -> str:
    """An http(s) origin such as https://shop.example, without a path."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise BadSetting(name, f"{value!r} is not an address such as https://shop.example")
    return value


def database(name: str) -> dict[str, object] | None:
    """Django's settings for postgresql://user:password@host:port/name; None when unset."""
    value = text(name)
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise BadSetting(name, "use postgresql://user:password@host:5432/name")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
    }


def smtp(name: str) -> dict[str, object] | None:
    """Options of Django's SMTP backend for smtp://user:password@host:587 (smtps:// for TLS)."""
    value = text(name)
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise BadSetting(name, "use smtp://host:25, smtp+tls://user:password@host:587 or smtps://…")
    return {
        "host": parts.hostname,
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
