from catalog.models.services import (
    Draft,
    DraftFile,
    Measure,
    Objective,
    Offering,
    Outcome,
    Service,
    Technology,
)

__all__ = [
    "Draft",
    "DraftFile",
    "Measure",
    "Objective",
    "Offering",
    "Outcome",
    "Service",
    "Technology",
]
