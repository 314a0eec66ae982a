"""Of each check on how work went: figures that it tells of, and figures just below that."""

from datetime import timedelta
from decimal import Decimal

from governance.blueprint.lint.facts import DecisionFlow, HandoffFlow, OfferingFlow, StepFlow
from tests.governance.lint.clinic import PATH, TODAY, Case

OFFER, DAY = "planned-lens-surgery", 28_800
YESTERDAY = TODAY - timedelta(days=1)


def flow(**fields):
    """What happened, as far as it is counted."""
    return lambda clinic: clinic.flow.update(fields)


def asked(**fields):
    """A hundred requests, all as they should be but for some figures."""
    usual = {"asked_90d": 40, "fulfilled": 100, "followed": 100, "in_promise": 100}
    return flow(offerings=[OfferingFlow(OFFER, **{**usual, **fields})])


def handed(source="sedation-talk", **fields):
    return flow(handoffs=[HandoffFlow(PATH[1], source, "theatre-slot", **fields)])


def step(**fields):
    return flow(steps=[StepFlow(PATH[1], "biometry", **fields)])


def decided(**fields):
    return flow(decisions=[DecisionFlow("accept-cost-risk", "cost-risk-large", **fields)])


def by_hand(times, *, supported=False):
    """A stage of a critical stream, so often a month, with a system or without."""

    def change(clinic):
        clinic.critical()
        if not supported:
            support = {"stage": "registration", "mode": "records"}
            clinic.edit("Technology", "slit-log", supports=[support])
        step(by_hand_month=times)(clinic)

    return change


def benefit(due):
    def change(clinic):
        promise = {"title": "Nobody waits twice", "promise_kind": "speed", "due": due}
        clinic.add("Benefit", "no-second-wait", **promise)
        flow(unrealised=frozenset({"no-second-wait"}))(clinic)

    return change


def felt(mean, answers=5, in_promise=95):
    return asked(in_promise=in_promise, pulse_n=answers, pulse_mean=Decimal(mean))


ALL = {
    "PRC09": Case(asked(p85_s=10 * DAY + 1), asked(p85_s=10 * DAY)),
    "PRC10": Case(asked(kept_but_late=6), asked(kept_but_late=5)),
    "PRC15": Case(handed(offered=30, returned=7), handed(offered=30, returned=6)),
    "PRC16": Case(handed(cases=30, to_and_fro=4), handed(cases=30, to_and_fro=3)),
    "PRC17": Case(decided(decided=50, unchanged=49), decided(decided=50, unchanged=48)),
    "PRC18": Case(step(entered=4, skipped=96), step(entered=5, skipped=95)),
    "PRC19": Case(
        step(load=Decimal("0.8"), queue=(9, 1, 2, 3, 4, 5)),
        step(load=Decimal("0.89"), queue=(1, 2, 3, 3, 4, 5)),
    ),
    "PRC22": Case(asked(followed=79), asked(followed=80)),
    "PRC23": Case(
        asked(variants={"without biometry": 6, "twice": 2}),
        asked(variants={"without biometry": 5, "twice": 5}),
    ),
    "PRC27": Case(asked(standing_longer=21), asked(standing_longer=20)),
    "TEC04": Case(by_hand(201), by_hand(201, supported=True)),
    "GOV14": Case(decided(decided=20, p85_s=14_401), decided(decided=20, p85_s=14_400)),
    "GOV15": Case(decided(decided=30, from_below=10), decided(decided=30, from_below=9)),
    "VAL05": Case(
        flow(periods_without={"days-to-theatre": 2}),
        flow(periods_without={"days-to-theatre": 1}),
    ),
    "VAL06": Case(benefit(YESTERDAY), benefit(TODAY)),
    "VAL07": Case(asked(asked_90d=0), asked(asked_90d=1)),
    "VAL09": Case(felt("3.4"), felt("3.5")),
    "VAL10": Case(flow(outside={"nursing": (11, 100)}), flow(outside={"nursing": (10, 100)})),
    "PEO08": Case(flow(overdue=["beat"]), flow(overdue=[])),
    "PEO11": Case(
        flow(role_fit={("jost", "eye-surgeon"): "ward-nurse"}),
        flow(role_fit={("jost", "eye-surgeon"): "eye-surgeon"}),
    ),
    "ADO04": Case(flow(objections={"B-7": 11}), flow(objections={"B-7": 10})),
    "ADO05": Case(flow(acknowledged=(79, 100)), flow(acknowledged=(80, 100))),
}

# More figures that say nothing: too few of them, or of what the model does not know.
SILENT = {
    "too few requests": asked(
        fulfilled=19, p85_s=99 * DAY, kept_but_late=19, followed=0, standing_longer=19
    ),
    "no requests at all": asked(fulfilled=0, followed=0, in_promise=0, pulse_n=9, pulse_mean=1),
    "too few offers": handed(offered=29, returned=29, cases=29, to_and_fro=29),
    "too few decisions": decided(decided=19, unchanged=19, from_below=19, p85_s=99_999),
    "too few cases": step(entered=0, skipped=29),
    "too few answers": felt("1", answers=4),
    "promises not kept": felt("1", in_promise=94),
    "too few weeks": step(load=Decimal("0.8"), queue=(1, 2, 3, 4)),
    "seldom by hand": by_hand(200),
    "not critical": step(by_hand_month=999),
    "an unknown stage": handed(source="gone", offered=100, returned=100),
    "unknown elements": flow(
        steps=[StepFlow("gone", "gone", load=Decimal(1)), StepFlow(PATH[1], "gone", skipped=99)],
        handoffs=[HandoffFlow("gone", "a", "b", offered=99, returned=99)],
        decisions=[DecisionFlow("gone", decided=99, unchanged=99)],
        offerings=[OfferingFlow("gone", fulfilled=99)],
        periods_without={"gone": 9},
        unrealised=frozenset({"gone"}),
        outside={"gone": (9, 9)},
        role_fit={("beat", "gone"): "receptionist"},
    ),
    "nobody was asked": flow(acknowledged=(0, 0)),
}
