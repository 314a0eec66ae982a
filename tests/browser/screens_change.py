"""Pages of versions on their way to being agreed, as ``screens.py`` takes pictures of them."""

STEWARD = "sander"


def change_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): proposals, the review, what is put to people, uptake."""
    here = "/model/OM-3"
    return [
        ("proposals", "proposals", STEWARD, "/proposals/?state=all"),
        ("proposal-new", "proposal-new", STEWARD, "/proposals/new/"),
        ("model-review", "model-review", STEWARD, f"{here}/review/"),
        ("model-sign", "model-sign", STEWARD, f"{here}/sign/"),
        ("model-adoption", "model-adoption", STEWARD, f"{here}/adoption/"),
        ("model-restore", "model-restore", STEWARD, "/model/OM-2/restore/"),
    ]
