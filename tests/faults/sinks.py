"""A mail server that keeps what it is sent, and answers as badly as it is told to."""

import email
import email.policy
import re
import socketserver
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mail:
    """One mail as it came over the line; ``text`` is its words without what a library adds."""

    message_id: str
    to: str
    subject: str
    text: str


@dataclass
class MailSink:
    """Listens on loopback. Whoever sends gets a 250 once the mail is kept."""

    kept: list[Mail] = field(default_factory=list)
    port: int = 0

    def start(self) -> None:
        """Listen on a free port, in threads of this process."""
        sink = self

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink._talk(self)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Listen no longer."""
        self.server.shutdown()
        self.server.server_close()

    def _talk(self, line: Any) -> None:
        say, hear = line.wfile.write, line.rfile.readline
        say(b"220 sink\r\n")
        while words := hear().strip():
            verb = words[:4].upper()
            if verb == b"QUIT":
                say(b"221 bye\r\n")
                return
            if verb != b"DATA":
                say(b"250 ok\r\n")
                continue
            say(b"354 go on\r\n")
            lines = []
            while (part := hear()) != b".\r\n":
                if not part:
                    return
                lines.append(part[1:] if part.startswith(b"..") else part)
            self.kept.append(_read(b"".join(lines)))
            say(b"250 kept\r\n")

    def about(self, ref: str) -> list[Mail]:
        """The mails in which a request is named."""
        return [mail for mail in list(self.kept) if f"/requests/{ref}/" in mail.text]

    def changed(self) -> list[str]:
        """Message ids under which two different mails came."""
        seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for mail in list(self.kept):
            seen[mail.message_id].add((mail.to, mail.subject))
        return [key for key, contents in seen.items() if len(contents) > 1]

    def repeated(self, since: int) -> int:
        """How many mails came more than once, of those kept since a place in the list."""
        counted = Counter(mail.message_id for mail in self.kept[since:])
        return sum(count - 1 for count in counted.values())


def _read(raw: bytes) -> Mail:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    body = found.get_body(("plain",))
    subject = re.sub(r"R-\d+", "R-n", " ".join(str(found["Subject"]).split()))
    text = str(body.get_content()) if body is not None else ""
    return Mail(str(found["Message-ID"]), str(found["To"]), subject, text)
