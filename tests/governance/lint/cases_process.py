"""Of each check on workflows, agreements, forms, clocks and rights: one model that fails, one that
nearly does."""

from datetime import timedelta

from tests.governance.lint.clinic import NOW, PATH, TODAY, Case

WARD_TO_THEATRE = ("HandoffAgreement", "ward-to-theatre-slot")
DESK = ("HandoffAgreement", "practice-management-to-theatre-slot")
OFFER = ("Offering", "planned-lens-surgery")
KIND = ("DecisionType", "accept-cost-risk")
PROMISE = ("ClockPolicy", "promise")


def stage(key, **fields):
    return lambda clinic: clinic.stage(key, **fields)


def edit(item, **fields):
    return lambda clinic: clinic.edit(*item, **fields)


def form(*fields):
    return lambda clinic: clinic.form(*fields)


def question(key, **fields):
    return lambda clinic: clinic.question(key, **fields)


def clock(*rules):
    rules = [{"does": does, "event": event} for does, event in rules]
    return lambda clinic: clinic.edit(*PROMISE, rules=rules)


def starting(*events):
    rules = [{"does": "start", "event": event} for event in events]
    return lambda clinic: clinic.add("ClockPolicy", "done", metric="complete", rules=rules)


def theatre(*stages):
    """More stages of the theatre."""

    def change(clinic):
        usual = {"kind": "work", "team": "theatre", "accountable_role": "eye-surgeon"}
        clinic.stages(*({"key": key, "name": key.title(), **usual} for key in stages))

    return change


def way(source, target, **fields):
    return {"source": source, "target": target, **fields}


def aftercare(*ways, without=()):
    def change(clinic):
        theatre("aftercare")(clinic)
        clinic.ways(*ways, without=without)

    return change


def branches(first, second):
    """Behind the slot in theatre work takes one of two ways, else the third."""

    def change(clinic):
        theatre("aftercare", "overnight", "call")(clinic)
        clinic.ways(
            way("theatre-slot", "aftercare", when=first),
            way("theatre-slot", "overnight", when=second),
            way("theatre-slot", "call", default=True),
            *(way(key, "planned") for key in ("aftercare", "overnight", "call")),
            without={("theatre-slot", "planned")},
        )

    return change


def for_every_case(clinic):
    clinic.drop(*DESK)
    clinic.copy(*WARD_TO_THEATRE, "desk-to-theatre", giver_team="practice-management", stage=None)


def led(*signed):
    """The insurance desk has a lead who signs some of its agreements."""

    def change(clinic):
        clinic.edit("Team", "insurance-desk", lead_role="claims-clerk")
        for key in ("reception-to-cover-check", "insurance-desk-to-cost-risk"):
            agreed = clinic.content("HandoffAgreement", key)["signed_by"]
            more = ("claims-clerk",) if key in signed else ()
            clinic.edit("HandoffAgreement", key, signed_by=[*agreed, *more])

    return change


def nobody_owns(*departments):
    """No owner of the stream; its teams belong to these departments."""

    def change(clinic):
        clinic.edit("ValueStream", "referral-to-theatre", owner_role=None)
        teams = [key for kind, key in clinic.elements if kind == "Team"]
        for number, key in enumerate(sorted(teams)):
            clinic.edit("Team", key, department=departments[number % len(departments)])

    return change


def criterion(**fields):
    new = {"key": "allergies", "text": "Allergies", "severity": "must", **fields}

    def change(clinic):
        there = clinic.content(*DESK)["criteria"]
        clinic.edit(*DESK, criteria=[*there, new])

    return change


def asked(key, kind, maps_to=None):
    return {"key": key, "label": key.title(), "type": kind, "maps_to": maps_to}


def evenings(start):
    """The insurance desk works from an hour to half past nine in the evening."""

    def change(clinic):
        days = ("mon", "tue", "wed", "thu", "fri")
        week = {day: [f"{start}-21:30"] for day in days}
        zone = {"name": "Evenings", "zone": "Europe/Zurich", "weekly": week}
        clinic.add("Calendar", "evenings", **zone)
        clinic.edit("Team", "insurance-desk", calendar="evenings")

    return change


def back(**slot):
    """Work may go back from the slot to the talk, and nothing but the slot ends it."""

    def change(clinic):
        clinic.edit(*WARD_TO_THEATRE, escalation_role=None)
        swapped = {"giver_team": "theatre", "receiver_team": "ward", "stage": "sedation-talk"}
        clinic.copy(*WARD_TO_THEATRE, "theatre-to-ward", **swapped)
        clinic.ways(
            way("theatre-slot", "planned", default=True),
            way("theatre-slot", "sedation-talk", kind="rework", when="sedation == true"),
            without={("theatre-slot", "planned")},
        )
        clinic.stage("theatre-slot", **slot)

    return change


def bands(small, large):
    """From and to which sums the two deciders decide."""

    def change(clinic):
        clinic.edit("DecisionRight", "cost-risk-small", min=small[0], max=small[1])
        clinic.edit("DecisionRight", "cost-risk-large", min=large[0], max=large[1])

    return change


def another_question(*deciders):
    def change(clinic):
        asks = {"question": "Lend the slit lamp", "unit": "none", "latency_s": "4 h"}
        clinic.add("DecisionType", "lend", **asks)
        for number, role in enumerate(deciders):
            clinic.right(f"lend-{number}", role, kind="lend")

    return change


def vacant(role):
    """Nobody holds a role, and nobody has to."""

    def change(clinic):
        clinic.vacates(role)
        clinic.edit("Role", role, min_holders=0)

    return change


def apart(kind, a, b):
    return lambda clinic: clinic.add("SodRule", "apart", kind=kind, a=a, b=b)


def asks_and_decides(*, kept):
    def change(clinic):
        clinic.edit(*KIND, requester_excluded=False)
        if kept:
            apart("dynamic", "requester", "decider")(clinic)

    return change


def given(*rows):
    def change(clinic):
        for giver, to, role, days, accepted in rows:
            clinic.gives(giver, to, role, days=days, accepted=accepted)

    return change


def small_sums(role):
    return lambda clinic: clinic.edit("DecisionRight", "cost-risk-small", role=role)


def policy(kind):
    words = {"statement": "The patient comes first.", "owner_role": "medical-director"}
    return lambda clinic: clinic.add("Policy", "patient-first", kind=kind, **words)


def board(**fields):
    usual = {"name": "Board", "chair": "medical-director", "rhythm": "monthly", "quorum": 2}
    usual["members"] = ["medical-director", "practice-manager"]
    return lambda clinic: clinic.add("GovernanceBody", "board", **{**usual, **fields})


def model_by_board(clinic):
    clinic.drop("DecisionRight", "how-we-work-by-director")
    board()(clinic)
    clinic.right("how-we-work", None, kind="change-how-we-work", body="board")


WAIT = {"kind": "wait", "accountable_role": None, "team": None}

ALL = {
    "MOD01": Case(
        edit(("Team", "ward"), site="other-bank"),
        edit(("Team", "ward"), site=None),
    ),
    "MOD02": Case(
        stage("cost-risk", decision_type=None),
        stage("cost-risk", decision_type=None, kind="work"),
    ),
    "CLK01": Case(
        clock(("pause", "request.waiting")),
        clock(("pause", "request.waiting"), ("resume", "request.resumed")),
    ),
    "CLK02": Case(starting("handoff.accepted"), starting("handoff.accepted", "visit.started")),
    "PRV01": Case(
        question("patient_label", privacy="personal"),
        question("policy_number", privacy="personal"),
    ),
    "PRC01": Case(
        stage("biometry", also_accountable_roles=["head-nurse"]),
        stage("biometry", consulted_roles=["head-nurse"]),
    ),
    "PRC02": Case(
        stage("cover-check", team=None),
        stage("cover-check", **WAIT, waits_for="The insurer"),
    ),
    "PRC03": Case(
        aftercare(way("aftercare", "planned")),
        aftercare(
            way("theatre-slot", "aftercare"),
            way("aftercare", "planned"),
            without={("theatre-slot", "planned")},
        ),
    ),
    "PRC04": Case(
        branches("expected_cost > 100", "expected_cost > 200"),
        branches("expected_cost > 200", "expected_cost <= 200"),
    ),
    "PRC05": Case(lambda c: c.drop(*DESK), for_every_case),
    "PRC06": Case(
        edit(DESK, criteria=[]),
        edit(DESK, criteria=[{"key": "calm", "text": "All is calm", "kind": "manual"}]),
    ),
    "PRC07": Case(
        led("reception-to-cover-check"),
        led("reception-to-cover-check", "insurance-desk-to-cost-risk"),
    ),
    "PRC08": Case(edit(OFFER, promise_s="7 bd"), edit(OFFER, promise_s="7.5 bd")),
    "PRC11": Case(
        nobody_owns("nursing", "surgery", "accounts"),
        nobody_owns("nursing", "surgery"),
    ),
    "PRC12": Case(criterion(kind="field", field="allergies"), criterion(kind="manual")),
    "PRC13": Case(form(asked("chair", "boolean")), form(asked("wishes", "text"))),
    "PRC14": Case(
        form(asked("home", "text", "address"), asked("street", "text", "address")),
        form(asked("home", "text", "address"), asked("phone", "text", "telephone")),
    ),
    "PRC20": Case(
        stage("theatre-slot", batch_days=["mon", "wed"]),
        stage("theatre-slot", batch_days=["mon", "wed", "fri"]),
    ),
    "PRC21": Case(edit(PATH, review_due=TODAY - timedelta(days=1)), edit(PATH, review_due=TODAY)),
    "PRC24": Case(evenings("13:30"), evenings("13:00")),
    "PRC25": Case(
        stage("cover-check", **WAIT),
        stage("cover-check", **WAIT, waits_for="The insurer"),
    ),
    "PRC26": Case(back(), back(whole_s="16 h")),
    "GOV01": Case(another_question(), another_question("head-nurse")),
    "GOV02": Case(bands((0, None), (0, None)), bands((0, 10), (10, None))),
    "GOV03": Case(bands((0, 10), (11, None)), bands((None, 10), (10, None))),
    "GOV04": Case(bands((0, 10), (9, None)), bands((0, "9.5"), ("9.5", None))),
    "GOV05": Case(vacant("medical-director"), vacant("claims-clerk")),
    "GOV08": Case(
        given(
            ("beat", "livia", "receptionist", 10, NOW),
            ("livia", "beat", "practice-manager", 10, NOW),
        ),
        given(
            ("beat", "livia", "receptionist", 10, NOW),
            ("livia", "beat", "practice-manager", 10, None),
        ),
    ),
    "GOV09": Case(
        given(("beat", "livia", "receptionist", 181, NOW)),
        given(("beat", "livia", "receptionist", 180, NOW)),
    ),
    "GOV10": Case(
        given(
            ("beat", "livia", "receptionist", 10, NOW), ("livia", "alva", "receptionist", 10, NOW)
        ),
        given(
            ("beat", "livia", "receptionist", 10, NOW),
            ("livia", "alva", "practice-manager", 10, NOW),
        ),
    ),
    "GOV11": Case(asks_and_decides(kept=False), asks_and_decides(kept=True)),
    "GOV12": Case(
        apart("static", "head-nurse", "ward-nurse"),
        apart("static", "head-nurse", "eye-surgeon"),
    ),
    "GOV13": Case(small_sums("medical-director"), small_sums("eye-surgeon")),
    "GOV18": Case(policy("rule"), policy("principle")),
    "GOV21": Case(
        edit(("DecisionType", "change-how-we-work"), about=None),
        model_by_board,
    ),
    "GOV22": Case(board(quorum=None), board()),
}
