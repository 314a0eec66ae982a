"""Pages of setting up and of adopting, as ``screens.py`` takes pictures of them."""


def start_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of each."""
    return [
        ("start", "start", "sander", "/start/"),
        ("start-seats", "start-seats", "viktor", "/start/holders/"),
    ]
