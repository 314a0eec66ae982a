"""The only reader of the process environment; everything else uses django.conf.settings."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str) -> bool:
    return text(name).lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    return int(text(name) or default)


def data_folder() -> Path:
    """Where this installation keeps its data (ESM_DATA, else var/ beside the code)."""
    return Path(text("ESM_DATA") or BASE_DIR / "var").resolve()


def database(url: str) -> dict[str, object]:
    """Turn postgres://user:pw@host:port/name?host=/socket/dir into a Django database dict."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "esm",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
    }
