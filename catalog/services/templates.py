"""Keeping answers as a template: for oneself, for a team one leads, for everyone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from catalog.event_types import TemplateRemoved, TemplateSaved
from catalog.locks import template_for_update
from catalog.models import Draft, Offering, RequestTemplate
from catalog.selectors.portal import offerings_for
from catalog.services.drafts import answers_still_asked, start_draft
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance import policies
from governance.blueprint import kinds
from governance.selectors.people import Account, person_for
from governance.selectors.sharing import MINE, scope_of
from governance.selectors.versions import blueprint, published
from governance.services.sharing import audience_columns

MAX_NAME = 80


@dataclass(frozen=True)
class Kept:
    """The template, and how many answers it does not hold."""

    template: RequestTemplate
    left_out: int


def _spec(offering: Offering) -> kinds.Offering:
    version = published()
    spec = blueprint(version).peek(kinds.Offering, offering.key) if version else None
    if spec is None:
        raise InvalidState(f"“{offering.name}” is no longer offered.", allowed=[])
    return spec


def _answers(spec: kinds.Offering, answers: Mapping[str, Any], audience: str) -> dict[str, Any]:
    """What may be kept: what the form takes; for others nothing that not all may read."""
    known = answers_still_asked(spec, answers)
    if audience == MINE:
        return known
    limited = {item.key for item in spec.form.all_fields() if item.limited}
    return {key: value for key, value in known.items() if key not in limited}


@transaction.atomic
def save_template(
    offering: Offering,
    *,
    name: str,
    audience: str,
    answers: Mapping[str, Any],
    user: Account,
    actor: Actor,
) -> Kept:
    """Keep answers under a name. Files are left out, and for others what not all may read.

    Raises Invalid, NotAllowed for who may not ask for it or not keep for this audience, and
    InvalidState for what is no longer offered.
    """
    name = name.replace("\x00", "").strip()
    if not name or len(name) > MAX_NAME:
        sentence = f"Give it a name of at most {MAX_NAME} characters."
        raise Invalid(sentence, {"name": [sentence]})
    if not offerings_for(user).filter(pk=offering.pk).exists():
        raise NotAllowed(f"“{offering.name}” is not meant for you.", code="shared-keep")
    spec = _spec(offering)
    columns = audience_columns(audience, actor=actor)
    if spec.confidential and audience != MINE:
        sentence = "What is confidential is kept for yourself alone."
        raise Invalid(sentence, {"audience": [sentence]})
    data = _answers(spec, answers, audience)
    template = RequestTemplate.objects.create(
        **columns, name=name, offering=offering, data=data, author_id=actor.person_id
    )
    mark_locked(template)
    event = TemplateSaved(
        audience=template.audience,
        offering=offering.key,
        private={"name": name, "answers": json.dumps(data, sort_keys=True)},
    )
    ledger.record(template, [event], actor=actor)
    return Kept(template, len(answers) - len(data))


@transaction.atomic
def remove_template(template_id: int, *, actor: Actor) -> RequestTemplate:
    """Take a template away; what was asked with it stays. Raises NotAllowed, NotFound."""
    template = template_for_update(template_id)
    policies.require(actor, "shared.keep", scope_of(template))
    template.removed_at = clock.now()
    template.save(update_fields=["removed_at"])
    ledger.record(template, [TemplateRemoved(audience=template.audience)], actor=actor)
    return template


def start_from(template: RequestTemplate, *, user: Account) -> Draft:
    """Begin a draft with the answers of a template that the form in force still takes.

    Raises NotAllowed for who may not ask for it, InvalidState for what is no longer offered.
    """
    data = answers_still_asked(_spec(template.offering), template.data)
    return start_draft(template.offering, user=user, person=person_for(user), data=data)
