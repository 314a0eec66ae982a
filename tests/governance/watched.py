"""The bakery with policies, controls and a type of decision that grants waivers."""

from datetime import timedelta

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.models import ModelVersion
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from governance.services.waivers import Wish, ask_waiver
from tests.governance import small
from tests.governance.conftest import PEOPLE, WEEK_ONE, actor
from tests.snapshots import once
from tests.support import forget

POLICY = {"statement": "Four eyes on every order.", "kind": "rule", "owner_role": "owner"}
BIG = {
    "policy": "four-eyes",
    "clause": "Big orders name their conditions",
    "at": "decision",
    "decision_types": ["accept-order"],
    "test": "amount < 500 or conditions is present",
    "mode": "prevent",
    "waiver_days": 90,
}
BUYING = {
    "policy": "four-eyes",
    "clause": "Who bakes does not buy",
    "at": "assignment",
    "roles": ["buyer"],
    "test": "not ('head-baker' in held)",
    "mode": "prevent",
    "severity": "warning",
}
NOTED = {
    "policy": "said-why",
    "clause": "A new model says what is new",
    "at": "publish",
    "test": "release_note is present",
    "mode": "prevent",
}
ASKED = {
    "policy": "granting",
    "clause": "Waivers are decided with a reason",
    "at": "decision",
    "decision_types": ["grant-waiver"],
    "test": "rationale is present",
    "mode": "prevent",
}
FOUND = {
    "policy": "said-why",
    "clause": "An order is accepted with a reason",
    "at": "decision",
    "decision_types": ["accept-order"],
    "test": "outcome != 'approve' or rationale is present",
    "mode": "detect",
    "severity": "warning",
}
EXTRA = {
    ("Policy", "four-eyes"): POLICY,
    ("Policy", "said-why"): POLICY | {"statement": "What changes is explained."},
    ("Policy", "granting"): POLICY | {"statement": "Exceptions are granted with care."},
    ("Control", "big-orders"): BIG,
    ("Control", "bakers-buy-not"): BUYING,
    ("Control", "model-is-noted"): NOTED,
    ("Control", "waivers-have-reasons"): ASKED,
    ("Control", "orders-have-reasons"): FOUND,
    ("DecisionType", "grant-waiver"): {
        "code": "B17",
        "question": "Grant a waiver?",
        "verb": "Grant",
        "about": "waiver",
        "unit": "none",
        "latency_s": "8 h",
        "risk_field": "severity",
        "risk_classes": ["warning", "error", "blocker"],
    },
    ("DecisionRight", "grant-small"): {
        "decision_type": "grant-waiver",
        "role": "head-baker",
        "part": "decide",
        "risk": "warning",
    },
    ("DecisionRight", "grant-large"): {
        "decision_type": "grant-waiver",
        "role": "owner",
        "part": "decide",
        "order": 2,
    },
}


def model(number=1, **named):
    specs = small.specs() | EXTRA
    order = specs["DecisionType", "accept-order"]
    specs["DecisionType", "accept-favour"] = order | {"code": "B02", "split_days": 30}
    for key in ("small", "middle", "large"):
        right = specs["DecisionRight", f"accept-{key}"]
        specs["DecisionRight", f"favour-{key}"] = right | {"decision_type": "accept-favour"}
    return small.model(number, specs, **named)


def build():
    """The watched bakery in force with its people; its rows are kept between tests."""

    def make():
        apply_files(model(), actor=SYSTEM, publish=True)
        apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)

    once(("watched",), make)
    forget()
    return ModelVersion.objects.get()


def wish(key="big-orders", of="control", days=30, **changed):
    given = {
        "reason": "The oven is new.",
        "risk": "Bread for nobody.",
        "compensation": "Olga reads every order at night.",
        "until": clock.now() + timedelta(days=days),
    }
    return Wish(of=of, key=key, **(given | changed))


def asked(staff, who="ben", *args, **named):
    return ask_waiver(staff[who], wish(*args, **named), actor=actor(who))
