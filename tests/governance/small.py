"""A small model of a bakery: two departments, one stream, one decision with three bands."""

from copy import deepcopy
from typing import Any

from governance.blueprint.elements import Element
from governance.blueprint.files import ModelFiles, ModelMeta
from governance.blueprint.serialise import build_spec

HOURS = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}

SPECS: dict[tuple[str, str], dict[str, Any]] = {
    ("Organisation", "bakery"): {
        "name": "Bakery",
        "zone": "Europe/Lisbon",
        "currency": "EUR",
        "default_calendar": "weekdays",
        "last_resort": "owner",
    },
    ("Calendar", "weekdays"): {"name": "Weekdays", "zone": "Europe/Lisbon", "weekly": HOURS},
    ("Department", "house"): {"code": "HSE", "name": "House", "order": 1},
    ("Department", "oven"): {"code": "OVN", "name": "Ovens", "order": 2},
    ("Department", "night-oven"): {
        "code": "NGT",
        "name": "Night ovens",
        "parent": "oven",
        "order": 3,
    },
    ("Team", "counter"): {"name": "Counter", "department": "house"},
    ("Team", "bakers"): {"name": "Bakers", "department": "oven", "wip_limit": 4},
    ("Team", "night-bakers"): {"name": "Night bakers", "department": "night-oven"},
    ("Role", "owner"): {"name": "Owner", "purpose": "So that …", "category": "executive"},
    ("Role", "buyer"): {
        "name": "Buyer",
        "purpose": "So that there is flour",
        "department": "house",
        "category": "line",
    },
    ("Role", "head-baker"): {
        "name": "Head baker",
        "purpose": "So that it rises",
        "department": "oven",
        "category": "line",
    },
    ("Role", "department-head"): {
        "name": "Department head",
        "purpose": "So that people can work",
        "category": "generic",
        "focus": "department",
    },
    ("Objective", "fresh"): {"code": "O1", "title": "Always fresh", "owner_role": "owner"},
    ("Outcome", "bread-on-time"): {
        "statement": "Bread when people want it",
        "beneficiary": "customer",
        "objectives": ["fresh"],
        "owner_role": "owner",
    },
    ("Measure", "waiting"): {
        "name": "Waiting time",
        "outcome": "bread-on-time",
        "unit": "bd",
        "direction": "down",
        "source": "lead time",
    },
    ("ValueStream", "flour-to-bread"): {
        "code": "B1",
        "name": "Flour to bread",
        "trigger": "somebody orders",
        "value": "bread",
        "owner_role": "owner",
        "outcomes": ["bread-on-time"],
    },
    ("Service", "big-order"): {
        "name": "Order for a feast",
        "purpose": "so that there is bread for many",
        "department": "house",
        "owner_role": "buyer",
        "lifecycle": "live",
        "value_stream": "flour-to-bread",
        "synonyms": ["catering", "Crème"],
        "summary": "Bread for more than fifty people",
    },
    ("Workflow", "feast"): {
        "name": "Feast order",
        "value_stream": "flour-to-bread",
        "stages": [
            {"key": "start", "name": "Start", "kind": "start"},
            {
                "key": "take",
                "name": "Take the order",
                "kind": "work",
                "team": "counter",
                "accountable_role": "buyer",
                "est_touch_s": "30 min",
                "complete_s": "4 h",
            },
            {
                "key": "agree",
                "name": "Agree the price",
                "kind": "decision",
                "team": "counter",
                "accountable_role": "buyer",
                "decision_type": "accept-order",
                "complete_s": "8 h",
            },
            {
                "key": "bake",
                "name": "Bake",
                "kind": "work",
                "team": "bakers",
                "accountable_role": "head-baker",
                "est_touch_s": "4 h",
                "complete_s": "8 h",
            },
            {"key": "end", "name": "End", "kind": "end"},
        ],
        "flows": [
            {"source": "start", "target": "take"},
            {"source": "take", "target": "agree"},
            {"source": "agree", "target": "bake"},
            {"source": "bake", "target": "end"},
        ],
    },
    ("Offering", "feast-order"): {
        "service": "big-order",
        "name": "Order for a feast",
        "workflow": "feast",
        "promise_s": "5 bd",
        "calendar": "weekdays",
        "you_get": ["Bread at your door"],
        "we_need": ["How many people"],
        "title_field": "occasion",
        "amount_field": "price",
        "currency": "EUR",
        "form": {
            "sections": [
                {
                    "key": "feast",
                    "title": "The feast",
                    "fields": [
                        {"key": "occasion", "label": "Occasion", "type": "text", "required": True},
                        {"key": "guests", "label": "Guests", "type": "number", "required": True},
                        {"key": "day", "label": "Day", "type": "date", "required": True},
                        {"key": "price", "label": "Price", "type": "money", "required": True},
                    ],
                },
                {
                    "key": "kinds",
                    "title": "What kinds",
                    "fields": [
                        {
                            "key": "grain",
                            "label": "Grain",
                            "type": "choice",
                            "required": True,
                            "options": [
                                {"key": "wheat", "label": "Wheat"},
                                {"key": "other", "label": "Something else"},
                            ],
                        },
                        {
                            "key": "which_grain",
                            "label": "Which grain",
                            "type": "text",
                            "required": True,
                            "when": "grain == 'other'",
                        },
                        {
                            "key": "allergies",
                            "label": "Allergies",
                            "type": "choices",
                            "options": [
                                {"key": "nuts", "label": "Nuts"},
                                {"key": "milk", "label": "Milk"},
                            ],
                        },
                        {"key": "delivered", "label": "Bring it", "type": "boolean"},
                        {
                            "key": "list",
                            "label": "Guest list",
                            "type": "file",
                            "when": "guests > 100",
                            "required": True,
                        },
                        {
                            "key": "note",
                            "label": "Note",
                            "type": "textarea",
                            "max_length": 20,
                        },
                    ],
                },
            ]
        },
    },
    ("HandoffAgreement", "counter-to-bakers"): {
        "giver_team": "counter",
        "receiver_team": "bakers",
        "respond_s": "2 h",
        "complete_s": "8 h",
    },
    ("DecisionType", "accept-order"): {
        "code": "B01",
        "question": "Accept this order?",
        "verb": "Accept",
        "unit": "amount",
        "currency": "EUR",
        "latency_s": "8 h",
        "split_days": 0,
    },
    ("DecisionRight", "accept-small"): {
        "decision_type": "accept-order",
        "role": "buyer",
        "part": "decide",
        "min": "0",
        "max": "100",
    },
    ("DecisionRight", "accept-middle"): {
        "decision_type": "accept-order",
        "role": "head-baker",
        "part": "decide",
        "min": "100",
        "max": "1000",
    },
    ("DecisionRight", "accept-large"): {
        "decision_type": "accept-order",
        "role": "owner",
        "part": "decide",
        "min": "1000",
    },
    ("Technology", "oven-one"): {
        "name": "Oven one",
        "kind": "device",
        "lifecycle": "adopted",
        "owner_role": "head-baker",
        "supports": [{"stage": "bake", "mode": "automates"}],
    },
}


def specs() -> dict[tuple[str, str], dict[str, Any]]:
    """A copy to change."""
    return deepcopy(SPECS)


def model(
    number: int = 1,
    content: dict[tuple[str, str], dict[str, Any]] | None = None,
    *,
    kind: str = "as_is",
    based_on: int | None = None,
) -> ModelFiles:
    """The bakery, or changed specs of it, as files would give it."""
    elements = {
        (name, key): Element(name, key, 1, build_spec(name, spec))
        for (name, key), spec in (content or SPECS).items()
    }
    meta = ModelMeta(number=number, title=f"Bakery {number}", kind=kind, based_on=based_on)
    return ModelFiles(meta, elements)
