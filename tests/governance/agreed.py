"""The bakery as a model that people agree to: leads who sign, a role that must agree, a decider."""

from typing import Any

from esm.common import invariants
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import ConsentAnswer, ModelVersion, Objection, Person
from governance.selectors import hindrances
from governance.services import agreeing, consenting, deciding, proposing
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from governance.services.proposing import Wording
from tests.governance import small
from tests.governance.conftest import PEOPLE, WEEK_ONE, actor

SORTS = ["one-stream", "several-streams", "executive-rights"]


def specs(**policy: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Hedda must agree; within the stream Bruno decides, further Olga does."""
    content = small.specs()
    content["Team", "counter"]["lead_role"] = "buyer"
    content["Team", "bakers"]["lead_role"] = "head-baker"
    content["HandoffAgreement", "counter-to-bakers"]["signed_by"] = ["buyer", "head-baker"]
    content["DecisionType", "change-model"] = {
        "code": "B18",
        "question": "Change the operating model",
        "verb": "Agree to",
        "about": "model",
        "unit": "none",
        "latency_s": "8 h",
        "risk_field": "reach",
        "risk_classes": SORTS,
        "fallback_role": "owner",
        **policy,
    }
    content["DecisionRight", "change-one"] = {
        "decision_type": "change-model", "role": "buyer", "part": "decide", "risk": "one-stream",
    }  # fmt: skip
    content["DecisionRight", "change-more"] = {
        "decision_type": "change-model", "role": "owner", "part": "decide",
    }  # fmt: skip
    content["DecisionRight", "change-agreed"] = {
        "decision_type": "change-model", "role": "head-baker", "part": "agree",
    }  # fmt: skip
    return content


def build(**policy: Any) -> ModelVersion:
    """In force with its people; Olga owns and keeps the model."""
    done = apply_files(small.model(1, specs(**policy)), actor=SYSTEM, publish=True)
    apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
    return done.version


def changed(**policy: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The counter has more time to agree a price: one stage of the one stream."""
    content = specs(**policy)
    content["Workflow", "feast"]["stages"][2]["complete_s"] = "16 h"
    return content


def draft(content: dict[tuple[str, str], dict[str, Any]] | None = None, number: int = 2,
          based_on: int = 1) -> ModelVersion:  # fmt: skip
    """A draft of the change."""
    files = small.model(number, content or changed(), kind="to_be", based_on=based_on)
    return apply_files(files, actor=SYSTEM).version


def proposal(person: Person, **said: Any) -> Any:
    """Somebody proposes it."""
    wording = {"title": "More time", "kind": "process", "tension": "Prices are agreed in haste.",
               "process_text": "Two days to agree a price."} | said  # fmt: skip
    return proposing.write_proposal(person, Wording(**wording), actor=actor(person.key))


def fresh(version):
    return ModelVersion.objects.get(pk=version.pk)


def says(version, who, what="no_objection", text="", by=None):
    whom = Person.objects.get(key=who)
    return consenting.answer(version, whom, answer=what, text=text, actor=actor(by or who))


def everybody(version, *but):
    """All who are asked consent."""
    rows = ConsentAnswer.objects.filter(round__version=version, round__closed_at=None, answer="")
    for row in rows.select_related("person"):
        if row.person.key not in but:
            says(version, row.person.key)


def through(version):
    """Asked, decided: agreed."""
    everybody(version)
    decision = agreeing.end_round(version, actor=actor("olga"))
    who = Person.objects.get(pk=decision.decider_id).key
    deciding.decide(decision.pk, outcome="approve", actor=actor(who))
    return fresh(version)


def kinds(version, step):
    return [one.kind for one in hindrances.of_version(fresh(version), step)]


def told(kind):
    dispatch.drain()
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    names = dict(Person.objects.values_list("pk", "key"))
    return [(names[row.person_id], row.title) for row in rows]


def sound():
    return [said for one in invariants.invariants() for said in invariants.violations(one)]


def types(version):
    rows = Event.objects.filter(bucket=version.chain_bucket, chain=version.chain)
    return list(rows.order_by("seq").values_list("type", flat=True))


def objected(version, who="bruno", text="Guests will not wait two days."):
    says(version, who, "objection", text)
    return Objection.objects.get(version=version, state="raised")
