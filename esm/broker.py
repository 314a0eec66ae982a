"""Kombu's Redis transport, but for one thing: a broker that went away does not leave a worker deaf.

A worker reads as many messages as it may work on at a time. Kombu counts a message until it was
acknowledged; where the broker is away at that moment the acknowledgement fails, the message is
counted for ever, and a worker that may have one message at a time never reads another. Here a
failed acknowledgement ends the counting as well. The broker hands such a message out again, which
does no harm: every task is a sweep over rows.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class QoS(redis.QoS):
    """Counts the messages a worker has in its hands."""

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge a message; it is out of our hands even if the broker does not hear it."""
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel


def install() -> None:
    """Use it for the addresses ``redis://`` and ``redis+socket://`` in this process."""
    TRANSPORT_ALIASES["redis"] = "esm.broker:Transport"
