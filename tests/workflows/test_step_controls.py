"""Controls at a step: completing it is refused with the clause; a waiver is named there."""

import pytest
from django.urls import reverse

from esm.common.errors import NotAllowed
from esm.events.selectors import chains
from governance import registries
from governance.models import ControlResult, Decision, ModelVersion, Person, Waiver
from governance.services import deciding, waivers
from workflows.models import Request
from workflows.selectors import observed
from workflows.services import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(desk):
    """A contract that the reviewer herself asked for, on paper of our own, at the legal review."""
    sent = desk.submit()
    desk.play(sent, until=5)
    visit = desk.visit(sent, "legal-review")
    yusra = desk.actor("yusra")
    desk.do(sent, {"actor": "yusra", "stage": "legal-review", "action": "accept"})
    stages.claim(sent.pk, visit.seq, actor=yusra)
    Request.objects.filter(pk=sent.pk).update(requester=desk.person("yusra"))
    sent.refresh_from_db()
    return desk, sent, visit, yusra


def complete(sent, visit, who):
    return stages.complete_visit(sent.pk, visit.seq, actor=who, override="Agreed by phone.")


def test_a_step_is_not_completed_against_a_control(own):
    _, sent, visit, yusra = own
    before = len(chains.events_of(sent))
    with pytest.raises(NotAllowed) as refused:
        complete(sent, visit, yusra)
    assert refused.value.code == "control-violated"
    assert "“Nobody reviews a contract they asked for”" in refused.value.sentence
    visit.refresh_from_db()
    assert visit.state == "active"
    assert len(chains.events_of(sent)) == before
    row = ControlResult.objects.get()
    assert (row.at, row.place) == ("stage", "contract-to-signature/legal-review")
    assert (row.subject_kind, row.subject_ref, row.person.ref) == ("request", sent.ref, yusra.ref)


def test_a_waiver_lets_the_step_pass_and_the_request_names_it(own):
    desk, sent, visit, yusra = own
    asker = desk.person("yusra")
    wish = waivers.Wish(
        of="control", key="reviewer-is-not-asker", scope_kind="subject", scope_key=sent.ref,
        reason="Nobody else is here.", risk="She is kind to herself.",
        compensation="Counsel reads it on Monday.", until=desk.now + waivers.WARN,
    )  # fmt: skip
    waiver = waivers.ask_waiver(asker, wish, actor=yusra)
    decision = Decision.objects.get(pk=waiver.decision_id)
    decider = Person.objects.get(pk=decision.decider_id)
    who = desk.actor(decider.users.get().username)
    deciding.decide(decision.pk, outcome="approve", rationale="For once.", actor=who)
    assert Waiver.objects.get(pk=waiver.pk).state == "active"
    complete(sent, visit, yusra)
    used = [row for row in chains.events_of(sent) if row.type == "waiver.used"]
    assert [(row.data["waiver"], row.data["control"]) for row in used] == [
        (waiver.ref, "reviewer-is-not-asker")
    ]
    assert ControlResult.objects.get().state == "waived"


def test_by_page_and_by_program_the_refusal_is_on_record_each_time(own, client):
    desk, sent, visit, _ = own
    client.force_login(desk.person("yusra").users.get())
    url = reverse("visit-complete", kwargs={"ref": sent.ref, "seq": visit.seq})
    answer = client.post(url, {"override": "Agreed by phone."})
    assert answer.status_code == 403, answer.content
    assert "Ask for a waiver" in answer.content.decode()
    address = f"/api/v1/requests/{sent.ref}/visits/{visit.seq}/complete"
    for _ in range(2):
        told = client.post(
            address, {"override": "Agreed."}, content_type="application/json",
            headers={"Idempotency-Key": "once"},
        )  # fmt: skip
        assert (told.status_code, told.json()["code"]) == (403, "control-violated"), told.content
        assert told.json()["control"] == "reviewer-is-not-asker"
    assert ControlResult.objects.filter(state="refused").count() == 3
    visit.refresh_from_db()
    assert visit.state == "active"


def test_without_a_detecting_control_no_step_is_looked_at(own):
    desk, _, _, _ = own
    assert observed.steps(desk.now - waivers.WARN, desk.now) == []


def test_who_finished_a_step_works_by_the_version_it_was_done_under(own):
    desk, sent, visit, _ = own
    done = sent.visits.filter(state="done").exclude(holder=None)
    workers = {one.holder_id for one in done}
    assert workers
    everybody = [*workers, visit.holder_id, desk.person("yusra").pk]
    first, next_one = sent.version_id, sent.version_id + 1
    assert registries.using({first: everybody}) == {(first, one) for one in workers}
    assert registries.using({first: []}) == set()
    assert registries.using({next_one: everybody}) == set()
    # Where the request follows another version since, the step keeps that it was done under.
    other = ModelVersion.objects.exclude(pk=first).earliest("pk")
    done.update(version=other)
    under = {other.pk: everybody, first: everybody}
    assert registries.using(under) == {(other.pk, one) for one in workers}
