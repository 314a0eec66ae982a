"""What no log may hold: secrets that stand in the address of a page."""

import logging
import re

SECRET = re.compile(r"(/(?:by-mail|unsubscribe)/)[^/\s]+")


class NoSecrets(logging.Filter):
    """Leaves the secret of a mailed link out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line passes, without the secret."""
        text = record.getMessage()
        kept = SECRET.sub(r"\1…", text)
        if kept != text:
            record.msg, record.args = kept, ()
        return True
