"""Sending requests over REST: what one of them takes, wherever it came from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as Call

from catalog.models import Offering
from catalog.selectors import beneficiaries, portal, retired
from catalog.services import files, forms
from esm.accounts.api.scoped import ScopedView
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound, ServiceError
from governance.models import ModelVersion, Person
from governance.selectors import people
from governance.selectors.versions import blueprint, current, published
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.services import requests

PART = "files."


@contextmanager
def pointing_at(place: str) -> Iterator[None]:
    """Answers a service refused lie below this member; missing criteria concern no member."""
    try:
        yield
    except Invalid as refused:
        answers = refused.code == Invalid.code
        refused.errors = {
            f"{place}/{name}" if answers else "": said for name, said in refused.errors.items()
        }
        raise


def upload_of(upload: Any, key: str = "") -> files.StoredFile:
    """Keep an uploaded file. Raises TooLarge over the limit, Invalid for an empty one."""
    return files.store(upload, upload.name or "file", field_key=key)


def no_files() -> dict[str, Any]:
    """Where none can come along."""
    return {}


class Submitting(ScopedView):
    """An address that sends requests."""

    scopes = {"read": "requests:read", "write": "requests:write"}

    def asker(self, request: Call) -> Person:
        """Who asks. Raises NotAllowed for an account of nobody."""
        person = people.person_for(request.user)
        if person is None:
            raise NotAllowed("Your account belongs to no person yet; an administrator links it.")
        return person

    def send(
        self, request: Call, given: dict[str, Any], uploaded: Callable[[], dict[str, Any]]
    ) -> Request:
        """Send one request by the service for one; errors point into its answers."""
        offering = self._offering(request, given["offering"])
        person = self.asker(request)
        uploads = uploaded()
        beneficiary = self._beneficiary(offering, person, given.get("on_behalf_of", ""))
        with pointing_at("data"):
            self._check(offering, given["data"], set(uploads))
            return requests.submit(
                offering=offering,
                data=given["data"],
                parent=self._whole(given["part_of"]),
                requester=person,
                actor=people.actor_for(request.user),
                files=[upload_of(upload, key) for key, upload in uploads.items()],
                channel="api",
                beneficiary=beneficiary,
            )

    def _offering(self, request: Call, key: str) -> Offering:
        rows = portal.offerings_for(request.user).select_related("service")
        offering = rows.filter(key=key).first()
        if offering is None:
            if (gone := retired.known(request.user, key)) is not None:
                raise retired.ended(gone, request.user)
            raise ValidationError({"offering": ["There is no such offering."]})
        return offering

    def _beneficiary(self, offering: Offering, person: Person, mail: str) -> Person | None:
        version = published() if mail else None
        if version is None:
            return None
        spec = blueprint(version).get("Offering", offering.key)
        found = beneficiaries.by_mail(spec, person, mail)
        if found is None:
            raise ValidationError({"on_behalf_of": [beneficiaries.NOBODY]})
        return found

    def _whole(self, ref: str) -> Request | None:
        """The request of which this is a part; a hidden one is as unknown as a missing one."""
        if not ref:
            return None
        try:
            return seen.by_ref(self.request.user, ref)
        except NotFound:
            raise ValidationError({"part_of": ["There is no such request."]}) from None

    def _check(self, offering: Offering, data: dict[str, Any], keys: set[str]) -> None:
        """Refuse before a file is kept; sending checks again.

        What the version that is some seconds old lets through, sending looks at; what it refuses
        is refused by the one of this moment.
        """
        try:
            self._check_by(current(), offering, data, keys)
        except (ValidationError, ServiceError):
            self._check_by(published(), offering, data, keys)

    def _check_by(
        self, version: ModelVersion | None, offering: Offering, data: dict[str, Any], keys: set[str]
    ) -> None:
        if version is None:
            raise InvalidState("Nothing can be asked for yet: no version is published.")
        spec = blueprint(version).get("Offering", offering.key)
        takes = {item.key for item in spec.form.all_fields() if item.type == "file"}
        if keys - takes:
            raise ValidationError({PART + k: ["The form has no such file."] for k in keys - takes})
        # A browser sends some fields twice; a program says one thing.
        single = [item.key for item in spec.form.all_fields() if item.type != "choices"]
        if odd := [key for key in single if isinstance(data.get(key), list | dict)]:
            raise Invalid("Give one value.", {key: ["Give one value."] for key in odd})
        forms.validate(spec, data, keys)
