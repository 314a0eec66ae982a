"""Who hears what of a request: followers, lost sight, the catalogue, why."""

from typing import Any

from django.core import mail

from esm.events.services import dispatch
from esm.notices import registries
from esm.notices.models import Notice, NoticeThread
from esm.notices.services.following import choose_thread
from governance.models import Membership, Person
from tests.support import World
from workflows.models import Request
from workflows.services import announce, requests
from workflows.services.decision_notices import FOR_YOU, KIND_OF
from workflows.services.notice_kinds import KINDS, MOVED


def deliver(world: World) -> list[Any]:
    """The mails that go out now."""
    mail.outbox.clear()
    world.settle()
    dispatch.drain("mail")
    return list(mail.outbox)


def outsider(request: Request) -> Person:
    """Somebody with an account who does not see the request."""
    rows = Person.objects.filter(users__isnull=False).order_by("pk")
    return next(p for p in rows if not registries.visible_subjects(p.pk, [request.chain]))


def test_every_rule_has_its_kind() -> None:
    keys = [kind.key for kind in KINDS]
    assert len(keys) == len(set(keys))
    told = {KIND_OF.get(name, name) for name in announce.types()}
    assert told | {MOVED, FOR_YOU} == set(keys)


def test_a_notice_knows_what_it_is_about_for_whom_and_why(demo: World) -> None:
    request = demo.submit()
    demo.play(request, until=2)
    offered = Notice.objects.filter(kind="handoff.offered")
    receiver = request.handoffs.earliest("seq").receiver_team
    assert set(offered.values_list("subject", "team", "why")) == {
        (request.chain, receiver.key, "team")
    }


def test_followers_hear_that_it_moves_and_nobody_hears_twice(demo: World) -> None:
    request = demo.submit()
    sharer, follower = demo.actor(demo.journey["persona"]), outsider(request)
    requests.share(request.pk, person=follower, actor=sharer)
    user = follower.users.get()
    choose_thread(user, thing=f"request/{request.ref}", choice="follow")
    demo.play(request, until=2)
    rows = Notice.objects.filter(person_id=follower.pk, subject=request.chain)
    receiver = request.handoffs.earliest("seq").receiver_team
    assert list(rows.values_list("kind", "title", "why")) == [
        (MOVED, f"{request.ref} went on to {receiver.name}", "follower")
    ]
    requests.comment(request.pk, body="Among us.", internal=True, actor=demo.member(receiver.pk))
    demo.settle()
    assert rows.count() == 1


def test_a18_a_mail_to_who_lost_access_is_not_sent(demo: World) -> None:
    """Attack 18: the right is looked at when the mail goes out, not when it was written."""
    request = demo.submit()
    sharer, follower = demo.actor(demo.journey["persona"]), outsider(request)
    requests.share(request.pk, person=follower, actor=sharer)
    NoticeThread.objects.create(person_id=follower.pk, subject=request.chain, choice="follow")
    registries.register_kinds([registries.Kind(MOVED, "Moves on")])
    try:
        demo.play(request, until=2)
        assert Notice.objects.filter(person_id=follower.pk).count() == 1
        Request.objects.filter(pk=request.pk).update(principals=[])
        assert [m for m in deliver(demo) if follower.email in m.to] == []
    finally:
        registries.register_kinds(KINDS)


def test_who_left_their_team_sees_nothing_of_it(demo: World) -> None:
    request = demo.submit()
    team = request.visits.get().team
    member = Membership.objects.filter(team=team, valid__contains=demo.now).first()
    assert member is not None
    person = member.person
    assert registries.visible_subjects(person.pk, [request.chain]) == {request.chain}
    Person.objects.filter(pk=person.pk).update(active=False)
    assert registries.visible_subjects(person.pk, [request.chain]) == set()


def test_a_confidential_request_is_named_by_its_service(demo: World) -> None:
    request = demo.submit()
    Request.objects.filter(pk=request.pk).update(confidential=True)
    line = registries.lines([request.chain])[request.chain]
    assert (line.name, line.title) == (request.ref, request.service.name)
