"""The only reader of the process environment; everything else uses django.conf.settings."""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    return text(name, "1" if default else "").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    return int(text(name) or default)


def seconds(name: str, default: int) -> int:
    """A time, 0 for without end. Raises SystemExit with a sentence for anything else."""
    given = text(name).strip()
    if given and not (given.isascii() and given.isdigit() and int(given) <= 86_400):
        raise SystemExit(
            f"{name} is a number of seconds up to 86400, such as {default}; 0 is none."
        )
    return int(given or default)


def data_folder() -> Path:
    """Where this installation keeps its data (ESM_DATA, else var/ beside the code)."""
    return Path(text("ESM_DATA") or BASE_DIR / "var").resolve()


def database(url: str) -> dict[str, object]:
    """Turn postgres://user:pw@host:port/name?host=/socket/dir into a Django database dict."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "esm.common.postgresql",
        "NAME": parts.path.lstrip("/") or "esm",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
    }


def files(url: str) -> dict[str, object]:
    """Where files lie: a folder of the data, or s3://bucket/prefix?endpoint=https://…&region=…."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise SystemExit("FILES_URL is an address such as s3://bucket/prefix, or empty.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise SystemExit(
            "FILES_URL names object storage, but its client is not installed. Install it by:"
            " pip install 'django-storages[s3]'"
        )
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
            "access_key": text("AWS_ACCESS_KEY_ID") or None,
            "secret_key": text("AWS_SECRET_ACCESS_KEY") or None,
            "security_token": text("AWS_SESSION_TOKEN") or None,
            # Under its hash a content only ever replaces itself.
            "file_overwrite": True,
            "default_acl": None,
        },
    }
