"""Pages of setting up and of adopting, as ``screens.py`` takes pictures of them."""

# There only while an installation is set up: ``test_start.py`` looks at them.
SETTING_UP = {"first-account", "start-next", "start-part", "start-publish", "start-accounts"}


def start_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of each."""
    return [
        ("start", "start", "sander", "/start/"),
        ("start-seats", "start-seats", "viktor", "/start/holders/"),
    ]
