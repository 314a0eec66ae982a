"""The last 90 days under another version: what is said of them is what the services then do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from esm.events.actors import SYSTEM
from governance.blueprint.elements import Element
from governance.blueprint.files import ModelMeta, read_directory
from governance.blueprint.serialise import build_spec
from governance.models import Decision, ModelVersion
from governance.selectors.impact import read
from governance.services import deciding, drafting, reassigning
from tests.support import DEMO, forget
from workflows.engine.graph import compile_workflow
from workflows.engine.replay import difference, way_of
from workflows.models import StageVisit
from workflows.selectors.checklists import open_musts
from workflows.selectors.replaying import replay
from workflows.selectors.replaying_decisions import Deciding
from workflows.services import handoffs, stages
from workflows.services.checklists import tick_item

pytestmark = pytest.mark.django_db
FLOW, OFFER = ("Workflow", "contract-to-signature"), ("Offering", "contract-review")
RIGHT = "sign-contract-by-{}"


def other(**changed):
    """The second version of the demo with other bands, steps and promise, as a third."""
    files = read_directory(DEMO / "om-2")
    elements = dict(files.elements)

    def edit(kind, key, edit_spec):
        content = elements[kind, key].spec.model_dump(mode="json")
        edit_spec(content)
        elements[kind, key] = Element(kind, key, 1, build_spec(kind, content))

    low, high = changed.get("officer", ("100000", "500000"))
    edit("DecisionRight", RIGHT.format("chief-financial-officer"), lambda c: c.update(max=low))
    edit("DecisionRight", RIGHT.format("chief-operating-officer"),
         lambda c: c.update(min=low, max=high))  # fmt: skip
    edit("DecisionRight", RIGHT.format("chief-executive"), lambda c: c.update(min=high))
    if "free" in changed:
        edit("DecisionRight", changed["free"], lambda c: c.update(pre_authorised=True))

    def steps(content):
        for stage in content["stages"]:
            stage["when"] = changed.get("when", {}).get(stage["key"], stage["when"])
            stage["team"] = changed.get("team", {}).get(stage["key"], stage["team"])

    edit(*FLOW, steps)
    if "promise_s" in changed:
        edit(*OFFER, lambda c: c.update(promise_s=changed["promise_s"]))
    meta = ModelMeta(number=3, title="Other", kind="to_be", based_on=2)
    return replace(files, meta=meta, elements=elements)


def draft(desk, **changed):
    return drafting.apply_files(other(**changed), actor=SYSTEM).version


def walk(desk, request):
    """Everybody does their part and every decision says yes; the steps that were entered."""
    while True:
        desk.tick(minutes=1)
        visit = (
            StageVisit.objects.filter(request=request, state__in=StageVisit.LIVE)
            .order_by("token", "seq")
            .first()
        )
        if visit is None:
            break
        if visit.state == StageVisit.State.DECIDING:
            row = Decision.objects.get(subject_id=request.pk, state="open")
            if row.decider is None:
                reassigning.sweep_reassign()
                continue
            named = row.decider.users.get().username
            deciding.decide(row.pk, outcome="approve", rationale="Yes.", actor=desk.actor(named))
            continue
        actor = desk.member(visit.team_id)
        if visit.state == StageVisit.State.OFFERED:
            handoffs.accept(request.pk, visit.handoff.seq, actor=actor)
        elif visit.state == StageVisit.State.QUEUED:
            stages.claim(request.pk, visit.seq, actor=actor)
        else:
            for item in open_musts(request.pk, visit.seq):
                tick_item(request.pk, visit.seq, item=item.key, done=True, actor=actor)
            stages.complete_visit(request.pk, visit.seq, actor=actor)
    rows = StageVisit.objects.filter(request=request).order_by("seq")
    return tuple(rows.values_list("stage_key", flat=True))


def decided(request):
    rows = Decision.objects.filter(subject_id=request.pk, subject_kind="request").order_by("seq")
    return [(row.type_key, row.role_key, row.decider_id, row.right_key) for row in rows]


def run(desk, sent):
    """These answers, one after the other; steps and deciders of each."""
    found = []
    for values in sent:
        desk.tick(hours=1)
        request = desk.submit(**values)
        found.append((request, walk(desk, request)))
    return [(request, steps, decided(request)) for request, steps in found]


CASES = [
    {
        "officer": ("60000", "300000"),
        "when": {"finance-approval": "contract_value >= 90000", "security-review": ""},
        "promise_s": 259200,
    },
    {
        "officer": ("150000", "700000"),
        "when": {
            "finance-approval": "contract_value >= 20000",
            "security-review": "system_access == 'write'",
        },
    },
]  # fmt: skip


def test_replay_of_ninety_days_equals_what_the_services_would_have_done(desk):
    worth = (("70000", "write"), ("120000", "read"))
    sent = [{"contract_value": value, "system_access": access} for value, access in worth]
    begun = desk.now
    told = []
    with transaction.atomic():
        lived = run(desk, sent)
        for changed in CASES:
            version = draft(desk, **changed)
            told.append((replay(version), *predicted(read(version), lived, begun, desk.now)))
        transaction.set_rollback(True)
    for changed, (found, ways, deciders) in zip(CASES, told, strict=True):
        desk.now = begun
        with transaction.atomic():
            drafting.apply_files(other(**changed), actor=SYSTEM, publish=True, at=desk.now)
            done = run(desk, sent)
            transaction.set_rollback(True)
        forget()
        assert [steps for _, steps, _ in done] == ways
        assert [one for _, _, decisions in done for one in decisions] == deciders
        pairs = list(zip(lived, done, strict=True))
        # Who decides otherwise, and which steps come newly or no longer, as it was told.
        otherwise = sum(
            [one[1:3] for one in was[2]] != [one[1:3] for one in now[2]] for was, now in pairs
        )
        steps = sum(set(was[1]) != set(now[1]) for was, now in pairs)
        assert (found.with_decisions, found.redecided, found.requests) == (2, otherwise, 2)
        assert (otherwise, found.count("steps")) == (1, steps)
        assert steps


def predicted(after, lived, begun, until):
    """Ways and deciders under another model, by the pure engine and the facts of then."""
    graph = after.workflow_graph(FLOW[1])
    rows = Decision.objects.filter(state="decided").select_related("team").order_by("pk")
    asked = Deciding(after, list(rows), begun, until + timedelta(days=1))
    deciders = [
        (row.type_key, found.role, int(found.decider.ref[2:]), found.right_key)
        for row in rows
        if (found := asked.asked(after, row)).decider is not None
    ]
    return [way_of(graph, request_values(request)).entered for request, _, _ in lived], deciders


def request_values(request):
    return {
        "amount": request.amount,
        "currency": request.currency,
        "service": request.service.key,
        "offering": request.offering.key,
        **request.data,
    }


def test_share_steps_promise_and_teams_are_counted_with_the_list_behind(desk):
    first = desk.submit(contract_value="120000")
    second = desk.submit(contract_value="20000")
    for request in (first, second):
        walk(desk, request)
    version = draft(
        desk,
        officer=("130000", "500000"),
        when={"security-review": "contract_value > 100000"},
        team={"archive": "board-office"},
        promise_s=28800,
    )
    before = Decision.objects.count()
    told = replay(version)
    assert Decision.objects.count() == before
    assert (told.decided, told.redecided, told.share) == (2, 1, 50)
    (row,) = told.decisions
    assert (row.ref, row.sort) == (first.ref, "role")
    assert (row.before, row.after) == ("Chief Operating Officer", "Chief Financial Officer")
    assert {one.ref for one in told.rows} == {first.ref, second.ref}
    gone = next(one for one in told.rows if one.ref == second.ref)
    assert gone.no_longer == ("Security and privacy review",)
    assert gone.promise is not None
    assert gone.promise[1] == 28800
    assert told.count("teams") == 2
    assert told.steps == (("Security and privacy review", 0, 1),)
    assert told.otherwise == 100
    # What a right allows beforehand is asked of nobody.
    free = replay(draft(desk, free=RIGHT.format("chief-operating-officer")))
    assert (dict(free.sorts), free.share) == ({"free": 1, "same": 1}, 50)
    # Confidential requests stand in no figure.
    type(first).objects.filter(pk=first.pk).update(confidential=True)
    hidden = replay(ModelVersion.objects.get(pk=version.pk))
    assert (hidden.decided, hidden.requests) == (1, 1)


# --- the pure way ---


def flow(*ways, when=None):
    steps = dict.fromkeys(key for source, target, *_ in ways for key in (source, target))
    return compile_workflow(
        build_spec(
            "Workflow",
            {
                "name": "Flow",
                "value_stream": "stream",
                "stages": [
                    {
                        "key": key,
                        "name": key,
                        "kind": key if key in ("start", "end", "fork", "join") else "work",
                        "when": (when or {}).get(key, ""),
                    }
                    for key in steps
                ],
                "flows": [
                    {"source": s, "target": t, **(more[0] if more else {})} for s, t, *more in ways
                ],
            },
        )
    )


def test_a_way_passes_by_what_is_not_needed_and_takes_all_branches():
    graph = flow(
        ("start", "a"), ("a", "fork"), ("fork", "b"), ("fork", "c"), ("b", "join"), ("c", "join"),
        ("join", "d"), ("d", "end"), when={"c": "big == true"},
    )  # fmt: skip
    assert way_of(graph, {"big": False}) == (("a", "b", "d"), ("c",), "")
    assert set(way_of(graph, {"big": True}).entered) == {"a", "b", "c", "d"}
    assert difference(way_of(graph, {}), way_of(graph, {"big": True})) == (("c",), ())


def test_a_way_that_goes_round_is_said_and_ends():
    graph = flow(
        ("start", "a"), ("a", "b"), ("b", "a", {"when": "again == true"}),
        ("b", "end", {"default": True}),
    )  # fmt: skip
    assert way_of(graph, {"again": True}).problem == "It goes round and round."
    assert way_of(graph, {}).problem == ""
