"""What can be asked for, over REST: only what the caller may ask for."""

from dataclasses import dataclass

from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.serializers import (
    OfferingDetailOut,
    OfferingOut,
    OfferingsQuery,
    ServiceDetailOut,
    ServiceOut,
    ServicesQuery,
)
from catalog.models import Offering, Service
from catalog.selectors import portal
from catalog.selectors import services as pages
from catalog.selectors.home import pins_of
from catalog.selectors.services import ServicePage
from catalog.services import pins
from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.models import Department
from governance.selectors.versions import blueprint, published

SCOPES = {"read": "requests:read"}


@dataclass(frozen=True)
class _Detail:
    """A service with what its page knows."""

    service: Service
    page: ServicePage
    pinned: bool

    @property
    def key(self) -> str:
        return self.service.key

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def summary(self) -> str:
        return self.service.summary

    @property
    def department(self) -> Department:
        return self.service.department

    @property
    def offerings(self) -> list[Offering]:
        return [facts.offering for facts in self.page.offerings]


class Services(ScopedView):
    """All services."""

    scopes = SCOPES

    @operation("service_list", tag="services", answer=ServiceOut, query=ServicesQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the services you may ask for, by key."""
        text, department = self.query.get("q", ""), self.query.get("department", "")
        if text:
            found = portal.search(request.user, text)[: self.query["limit"]]
            rows = [s for s in found if department in ("", s.department.key)]
            return page_response(request, Page(rows), ServiceOut)
        services = portal.services_for(request.user)
        if department:
            services = services.filter(department__key=department)
        page = page_of(services, name="services", order=("key",), query=self.query)
        return page_response(request, page, ServiceOut)


class ServiceView(ScopedView):
    """One service."""

    scopes = SCOPES

    @operation("service_get", tag="services", answer=ServiceDetailOut)
    def get(self, request: Request, key: str) -> Response:
        """One service: purpose, owner, and the ways to ask for it."""
        return _detail(request, key)


class ServicePin(ScopedView):
    """A service on one's home page."""

    scopes = {"write": "requests:write"}

    @operation("service_pin", tag="services", answer=ServiceDetailOut)
    def put(self, request: Request, key: str) -> Response:
        """Keep a service on your home page."""
        self.body(request)
        pins.pin_service(key, user=request.user)
        return _detail(request, key)

    @operation("service_unpin", tag="services", answer=ServiceDetailOut)
    def delete(self, request: Request, key: str) -> Response:
        """Take a service off your home page."""
        pins.unpin_service(key, user=request.user)
        return _detail(request, key)


def _detail(request: Request, key: str) -> Response:
    page = pages.service_page(request.user, key)
    if page is None:
        raise NotFound("There is no such service.")
    pinned = page.service.pk in pins_of(request.user)
    return told(ServiceDetailOut, _Detail(page.service, page, pinned))


class Offerings(ScopedView):
    """All offerings."""

    scopes = SCOPES

    @operation(
        "offering_list", tag="offerings", answer=OfferingOut, query=OfferingsQuery, page=True
    )
    def get(self, request: Request) -> Response:
        """List the offerings you may ask for, by key."""
        rows = portal.offerings_for(request.user).select_related("service")
        if "service" in self.query:
            rows = rows.filter(service__key=self.query["service"])
        page = page_of(rows, name="offerings", order=("key",), query=self.query)
        return page_response(request, page, OfferingOut)


class OfferingView(ScopedView):
    """One offering."""

    scopes = SCOPES

    @operation("offering_get", tag="offerings", answer=OfferingDetailOut)
    def get(self, request: Request, key: str) -> Response:
        """One offering: what you get, by when, what we need, who decides, and its form."""
        offering = offering_for(request, key)
        version = published()
        if offering is None or version is None:
            raise NotFound("There is no such offering.")
        bp = blueprint(version)
        if ("Offering", key) not in bp:
            raise NotFound("There is no such offering.")
        return told(OfferingDetailOut, pages.facts_now(bp, offering, pages.chips(), request.user))


def offering_for(request: Request, key: str) -> Offering | None:
    """An offering the caller may ask for."""
    rows = portal.offerings_for(request.user).select_related("service__department")
    return rows.filter(key=key).first()
