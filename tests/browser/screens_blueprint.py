"""Pages of the blueprint, as ``screens.py`` takes pictures of them."""

STEWARD = "sander"


def blueprint_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): the four parts, what is missing, systems, search."""
    stream = "supplier-to-payment"
    return [
        ("blueprint", "blueprint", STEWARD, "/blueprint/"),
        ("blueprint", "blueprint-then", STEWARD, "/blueprint/?version=OM-1"),
        ("blueprint-missing", "blueprint-missing", STEWARD, "/blueprint/missing/?state=missing"),
        (
            "blueprint-department",
            "blueprint-department",
            STEWARD,
            "/blueprint/departments/finance/",
        ),
        ("blueprint-stream", "blueprint-stream", STEWARD, f"/blueprint/streams/{stream}/"),
        ("blueprint-role", "blueprint-role", STEWARD, "/blueprint/roles/accounts-payable-clerk/"),
        ("blueprint-support", "blueprint-support", STEWARD, f"/blueprint/support/?stream={stream}"),
        ("blueprint-retire", "blueprint-retire", STEWARD, "/blueprint/retire/"),
        ("blueprint-retire-one", "blueprint-retire-one", STEWARD, "/blueprint/retire/ledger-line/"),
        ("blueprint-strategy", "blueprint-strategy", STEWARD, "/blueprint/strategy/"),
        ("blueprint-search", "blueprint-search", STEWARD, "/blueprint/search/?q=approval"),
        ("changes", "changes", STEWARD, "/changes/"),
        ("change", "change", STEWARD, "/changes/OM-3/"),
        ("change-pack", "change-pack", STEWARD, "/changes/OM-3/pack/"),
        ("change-replay", "change-replay", STEWARD, "/changes/OM-3/replay/"),
        ("model-impact", "model-impact", STEWARD, "/model/OM-3/impact/"),
        ("blueprint-print", "blueprint-print", STEWARD, "/blueprint/print/"),
    ]
