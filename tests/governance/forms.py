"""What a browser would send of a page: every control of its forms, in the order of the page."""

from html.parser import HTMLParser

from django.http import QueryDict


class Controls(HTMLParser):
    """Names and values of the controls that count; buttons are pressed by hand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._select: list[tuple[str, bool]] | None = None
        self._name = ""
        self._area: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name"):
            boxed = given.get("type") in ("checkbox", "radio")
            if not boxed or "checked" in given:
                self.pairs.append((given["name"], given.get("value", "on" if boxed else "")))
        elif tag == "select":
            self._name, self._select = given["name"], []
        elif tag == "option" and self._select is not None:
            self._select.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._name, self._area = given["name"], []

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = [value for value, on in self._select if on] or [v for v, _ in self._select[:1]]
            self.pairs += [(self._name, value) for value in chosen[-1:]]
            self._select = None
        elif tag == "textarea" and self._area is not None:
            text = "".join(self._area).removeprefix("\n").replace("\n", "\r\n")
            self.pairs.append((self._name, text))
            self._area = None


def sent(html: str, **changes: str | list[str] | None) -> dict[str, list[str]]:
    """What a browser sends, with some controls filled otherwise; None leaves one out."""
    found: dict[str, list[str]] = {}
    for name, value in Controls(html).pairs:
        found.setdefault(name, []).append(value)
    for name, value in changes.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value if isinstance(value, list) else [value]
    return found


def query(html: str) -> QueryDict:
    """The same as a request holds it."""
    made = QueryDict(mutable=True)
    for name, value in Controls(html).pairs:
        made.appendlist(name, value)
    return made
