"""What a page of value flow is about: source, period, filters and the kind of time; all in the URL.

``from`` counts in, ``to`` does not; a bare date means midnight in the organisation's zone, and a
bare ``to`` date includes its day. Without either the period is thirteen weeks to now, or the whole
of an imported log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import Invalid, NotFound
from governance.models import ModelVersion
from governance.selectors import versions
from valueflow.engine.figures import midnight, monday
from valueflow.models import EventLog

FILTERS = ("stream", "department", "service", "version")
WEEKS = {"4w": 4, "13w": 13, "26w": 26, "52w": 52}
DEFAULT_PERIOD = "13w"
WHOLE = "whole"
SINCE = "since-"
BASES = {"working": "business", "calendar": "calendar"}


@dataclass(frozen=True, slots=True)
class FlowScope:
    """A question to the figures. ``basis`` is ``business`` or ``calendar``.

    ``model_id`` is the version in force, whose zone and calendar the question is asked in.
    """

    source: str
    start: datetime
    end: datetime
    now: datetime
    zone: ZoneInfo
    model_id: int | None = None
    period: str = DEFAULT_PERIOD
    stream: str = ""
    department: str = ""
    service: str = ""
    version: str = ""
    basis: str = "business"

    @property
    def at(self) -> datetime:
        """The moment at which open work is looked at: now, or the end of a past period."""
        return min(self.now, self.end)

    @property
    def log_id(self) -> int | None:
        """Number of the imported log, None for our own requests."""
        return int(self.source.removeprefix("log-")) if self.source != "live" else None

    def filters(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}

    def params(self) -> dict[str, str]:
        """The query parameters that give this scope again."""
        chosen: dict[str, str] = {}
        if self.source != "live":
            chosen["source"] = self.source
        if self.period == "custom":
            chosen |= {"from": self.start.isoformat(), "to": self.end.isoformat()}
        elif self.period not in (DEFAULT_PERIOD, WHOLE):
            chosen["period"] = self.period
        if self.basis == "calendar" and self.source == "live":
            chosen["time"] = "calendar"
        return chosen | self.filters()

    def query(self, **changes: str) -> str:
        """The query string of this scope with some parameters changed; empty ones fall away."""
        merged = {key: value for key, value in (self.params() | changes).items() if value}
        return f"?{urlencode(merged)}" if merged else "?"

    def before(self) -> "FlowScope":
        """The same question about the stretch of the same length before."""
        return replace(self, start=self.start - (self.end - self.start), end=self.start)


def _zone(version: ModelVersion | None) -> ZoneInfo:
    """The zone in which weeks begin: the organisation's, UTC before a model is published."""
    if version is None:
        return ZoneInfo("UTC")
    return ZoneInfo(versions.blueprint(version).organisation().zone)


def organisation_zone() -> ZoneInfo:
    """The zone of the model in force."""
    return _zone(versions.current())


def parse(params: Mapping[str, str], *, strict: bool = False) -> FlowScope:
    """The scope that query parameters ask for. Raises Invalid naming the parameter.

    ``strict`` also refuses parameters that do not exist, as the API does.
    """
    known = {"source", "from", "to", "period", "time", *FILTERS}
    unknown = sorted(set(params) - known)
    if strict and unknown:
        raise _refused(unknown[0], _("There is no such parameter."))
    version = versions.current()
    zone, now = _zone(version), clock.now()
    source = _source(params.get("source") or "live")
    if source != "live" and not (params.get("from") or params.get("to") or params.get("period")):
        period, (start, end) = WHOLE, _whole(source)
    else:
        period, start, end = _period(params, zone, now)
    if start >= end:
        raise _refused("from", _("The period must begin before it ends."))
    basis = BASES.get(params.get("time") or "working")
    if basis is None:
        raise _refused("time", _("Time is working or calendar."))
    return FlowScope(
        source=source,
        start=start,
        end=end,
        now=now,
        zone=zone,
        model_id=version.pk if version else None,
        period=period,
        # A log knows no working hours.
        basis=basis if source == "live" else "calendar",
        **{name: (params.get(name) or "")[:100] for name in FILTERS},
    )


def _whole(source: str) -> tuple[datetime, datetime]:
    """From the first event of a log to just after its last."""
    log = EventLog.objects.filter(pk=int(source.removeprefix("log-"))).first()
    if log is None or log.first_at is None or log.last_at is None:
        raise NotFound(_("There is no such log."))
    return log.first_at, log.last_at + timedelta(seconds=1)


def _refused(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, {name: [sentence]})


def _source(text: str) -> str:
    number = text.removeprefix("log-")
    if text != "live" and not (text.startswith("log-") and number.isdigit() and len(number) < 10):
        raise _refused("source", _("The source is live or the number of a log, such as log-3."))
    return text


def _period(
    params: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> tuple[str, datetime, datetime]:
    if params.get("from") or params.get("to"):
        end = _moment("to", params["to"], zone) if params.get("to") else now
        start = end - timedelta(weeks=WEEKS[DEFAULT_PERIOD])
        if params.get("from"):
            start = _moment("from", params["from"], zone)
        return "custom", start, end
    name = params.get("period") or DEFAULT_PERIOD
    if name in WEEKS:
        return name, midnight(monday(now, zone) - timedelta(weeks=WEEKS[name]), zone), now
    if name.startswith(SINCE):
        version = ModelVersion.objects.filter(code=name.removeprefix(SINCE)).first()
        began = version and (version.effective_from or version.published_at)
        if began:
            return name, began, now
    raise _refused("period", _("There is no such period."))


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return midnight(day + timedelta(days=name == "to"), zone)
        # A plus sign of an offset arrives as a space when it was not quoted.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError) as wrong:
        raise _refused(name, _("Write a date such as 2026-07-01, or a moment.")) from wrong
    known = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    return known.astimezone(UTC)
