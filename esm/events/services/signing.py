"""Secrets of webhooks, and signatures by the Standard Webhooks scheme.

A secret is not kept: it comes from a random salt and the installation's own key. With another
SECRET_KEY all of them change.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.crypto import salted_hmac
from standardwebhooks.webhooks import Webhook

SALT_BYTES = 32
PREFIX = "whsec_"


def new_salt() -> bytes:
    """What a new secret is made from."""
    return secrets.token_bytes(SALT_BYTES)


def secret_of(salt: bytes) -> str:
    """The secret as its owner is shown it once, such as ``whsec_…``."""
    digest = salted_hmac("esm.webhooks.secret", bytes(salt).hex(), algorithm="sha256").digest()
    return PREFIX + base64.b64encode(digest).decode()


def signature(salts: Iterable[bytes], message_id: str, at: datetime, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each secret that counts."""
    text = body.decode()
    return " ".join(Webhook(secret_of(salt)).sign(message_id, at, text) for salt in salts)
