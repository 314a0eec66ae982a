"""Two who act at the same moment: one wins, the other is told."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from esm.common.errors import ServiceError
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Decision, ModelVersion
from governance.services import deciding, publishing, taking_effect
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import actor, ask

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[str]:
    """Run all at once; "done" or the refusal of each, sorted."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            results.append("done")
        except ServiceError as refused:
            results.append(refused.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_a_decision_is_taken_once(probe, staff):
    decision = ask(probe, staff["bruno"])
    hedda = actor("hedda")
    results = together(
        lambda: deciding.decide(decision.pk, outcome="approve", actor=hedda),
        lambda: deciding.decide(decision.pk, outcome="decline", rationale="No", actor=hedda),
    )
    assert results[1] == "done"
    assert results[0].startswith("This was decided already: ")
    assert len(probe.moved) == 1
    assert Event.objects.filter(type="decision.decided").count() == 1
    assert Decision.objects.get().outcome == probe.moved[0][0]


def test_two_versions_are_never_published_at_once(published):
    drafts = [apply_files(small.model(n), actor=SYSTEM).version for n in (2, 3)]
    results = together(
        *[lambda draft=draft: publishing.publish(draft, actor=SYSTEM) for draft in drafts]
    )
    assert results == ["done", "done"]
    states = list(ModelVersion.objects.order_by("number").values_list("state", flat=True))
    assert sorted(states) == ["published", "retired", "retired"]
    assert Event.objects.filter(type="model.retired").count() == 2


def test_an_agreed_version_is_published_by_one_sweep(published):
    at = published.published_at
    agreed = apply_files(small.model(2), actor=SYSTEM).version
    ModelVersion.objects.filter(pk=agreed.pk).update(
        state="agreed", effective_from=at, content_hash=small.model(2).blueprint.content_hash
    )
    assert together(taking_effect.sweep_effective, taking_effect.sweep_effective) == [
        "done",
        "done",
    ]
    assert Event.objects.filter(chain=agreed.chain, type="model.published").count() == 1
