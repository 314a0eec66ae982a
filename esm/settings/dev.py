import secrets

from esm.settings.base import *  # noqa: F403
from esm.settings.base import SECRET_KEY, VAR_DIR


def _local_key() -> str:
    """One random key per data folder, so that sessions survive a restart."""
    path = VAR_DIR / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = SECRET_KEY or _local_key()
