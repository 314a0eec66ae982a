"""Importing a log: by the command, by the pages, once per file, the broken rows listed."""

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from esm.accounts.models import User
from valueflow.logs import mining
from valueflow.logs.mapping import Mapping
from valueflow.models import EventLog, LogBadRow, LogEvent, LogLabel
from valueflow.registries import SampleLog, register_sample
from valueflow.selectors import flow, imported, scope
from valueflow.selectors.frames import frame_of
from valueflow.services import import_log

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "demo" / "logs" / "servicenow_incidents_2016-03-01_to_11.csv.gz"
TRUE = json.loads((ROOT / "tests" / "fixtures" / "servicenow_incidents.json").read_text())
KEYS = [
    "cases",
    "events",
    "activities",
    "activity_counts",
    "variants",
    "top_variants",
    "case_duration_hours",
    "start_activities",
    "end_activities",
    "directly_follows_edges",
    "directly_follows_top10",
    "groups",
    "handovers_total",
    "same_group_steps",
    "handover_pairs",
    "handover_top20",
]
SMALL = (
    "case,state,when,team\n"
    "A,New,2026-03-02 09:00,Desk\n"
    "A,Active,2026-03-02 10:00,Lab\n"
    "A,Active,2026-03-02 12:00,Desk\n"
    "A,Closed,2026-03-03 12:00,Desk\n"
    "B,New,2026-03-02 09:30,Desk\n"
    "B,Active,not a time,Lab\n"
    "B,Closed,2026-03-04 09:30,Lab\n"
    "C,New,2026-03-04 09:00,Desk\n"
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CELERY_BROKER_URL = ""


@pytest.fixture
def steward() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("keeper", "x", is_steward=True))
    return client


def written(tmp_path: Path, text: str, name: str = "log.csv") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_log", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_the_true_figures_of_the_shipped_log() -> None:
    out, err = run(SAMPLE, "--json")
    found = json.loads(out)
    assert list(found) == KEYS
    assert found == {key: TRUE[key] for key in KEYS}
    assert err == ""
    log = EventLog.objects.get()
    assert (log.case_count, log.event_count, log.bad_count) == (3673, 26429, 0)
    assert LogEvent.objects.filter(log=log).count() == 26429
    assert mining.figures(frame_of(log)) == found


def test_the_shipped_log_is_seen_by_the_same_dashboard() -> None:
    run(SAMPLE)
    log = EventLog.objects.get()
    user = User.objects.create_user("boss", "x", is_steward=True)
    summary = flow.summary(scope.parse({"source": f"log-{log.pk}"}), user)
    assert summary.efficiency.reason == "not measurable: no start stamps"
    assert summary.efficiency.share is None
    assert summary.finished == TRUE["end_activities"]["Closed"]
    assert summary.handoffs.n == TRUE["handovers_total"]
    assert len(summary.handoffs.pairs) == TRUE["handover_pairs"]
    top = TRUE["handover_top20"][0]
    pair = next(
        p for p in summary.handoffs.pairs if (p.giver, p.receiver) == (top["source"], top["target"])
    )
    assert pair.n == top["count"]
    assert pair.wait.calendar / 3600 == pytest.approx(top["median_wait_hours"], abs=1e-4)
    client = Client()
    client.force_login(user)
    page = client.get(f"/flow/?source=log-{log.pk}").content.decode()
    assert "not measurable: no start stamps" in page
    assert 'data-chart="sankey"' in page
    listed = client.get(f"/flow/requests/?source=log-{log.pk}&figure=finished").content.decode()
    assert f'data-total="{summary.finished}"' in listed
    address = f"/flow/requests/?source=log-{log.pk}&figure=handoffs"
    listed = client.get(f"{address}&giver={pair.giver}&receiver={pair.receiver}").content.decode()
    assert f'data-total="{pair.n}"' in listed
    answer = client.get(f"/api/v1/flow/summary?source=log-{log.pk}").json()
    assert answer["flow_efficiency"]["reason"] == "not measurable: no start stamps"
    assert answer["lead_time"]["business"]["p50_s"] is None


def test_a_broken_row_is_listed_and_the_rest_imported(tmp_path) -> None:
    out, err = run(written(tmp_path, SMALL))
    assert "3 cases, 7 events" in out
    assert "line 7: The time «not a time» cannot be read" in err
    assert "1 of 8 rows were left out." in err
    bad = LogBadRow.objects.get()
    assert (bad.line, bad.kind) == (7, "time")
    assert LogLabel.objects.filter(kind="group").count() == 2


def test_figures_of_a_small_log_by_hand(tmp_path) -> None:
    run(written(tmp_path, SMALL))
    log = EventLog.objects.get()
    user = User.objects.create_user("boss", "x", is_steward=True)
    summary = flow.summary(scope.parse({"source": f"log-{log.pk}"}), user)
    pairs = {(p.giver, p.receiver): (p.n, p.sent_back) for p in summary.handoffs.pairs}
    # A goes Desk, Lab, Desk; B goes Desk, Lab.
    assert pairs == {("Desk", "Lab"): (2, 1), ("Lab", "Desk"): (1, 0)}
    assert summary.lead.n == 2
    assert summary.lead.p50.calendar == (27 + 48) / 2 * 3600
    assert [row.number for row in summary.open] == ["C"]
    held = imported.shares(log)
    assert sum(row.hours for row in held["groups"]) == 27 + 48


def test_the_same_bytes_are_one_log(tmp_path) -> None:
    path = written(tmp_path, SMALL)
    run(path)
    first = EventLog.objects.get()
    run(written(tmp_path, SMALL, "other-name.csv"))
    assert EventLog.objects.get() == first
    mapping = Mapping(case="case", activity="team", timestamp="when", group="state")
    again = import_log.import_file(path, mapping=mapping)
    assert again.pk == first.pk
    assert set(again.figures["activity_counts"]) == {"Desk", "Lab"}
    assert LogEvent.objects.count() == 7


def test_a_mapping_file_names_the_columns(tmp_path) -> None:
    text = SMALL.replace("case,state,when,team", "p,q,r,s")
    mapping = written(
        tmp_path, "case: p\nactivity: q\ntimestamp: r\ngroup: s\nzone: Europe/Dublin\n", "m.yaml"
    )
    out, _err = run(written(tmp_path, text), "--mapping", mapping)
    assert "3 cases" in out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("note.txt", b"just some words in one column\nand more of them\n", "column"),
        ("bomb.gz", gzip.compress(b"a,b\n" + b"0" * 200_000_000), ""),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100), ""),
    ],
)
def test_what_is_no_log_is_refused_with_a_sentence(
    tmp_path, steward: Client, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        run(path, "--json")
    assert words in str(refused.value) and str(refused.value).endswith(".")
    EventLog.objects.all().delete()
    answer = steward.post("/logs/new/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert not EventLog.objects.filter(state="ready").exists()


def test_the_wizard_leads_from_the_file_to_the_result(steward: Client) -> None:
    answer = steward.post("/logs/new/", {"file": SimpleUploadedFile("desk.csv", SMALL.encode())})
    log = EventLog.objects.get()
    assert answer["Location"] == f"/logs/{log.pk}/columns/"
    page = steward.get(answer["Location"]).content.decode()
    for words in ("Which column is what?", "Such as A", "1 row", "not a time", "3 of 3 cases"):
        assert words in page
    chosen = {"case": "case", "activity": "state", "timestamp": "when", "group": "team"}
    again = steward.post(answer["Location"], chosen | {"action": "check", "zone": "Nowhere/Land"})
    assert again.status_code == 400
    assert "Nowhere/Land" in again.content.decode()
    done = steward.post(answer["Location"], chosen | {"action": "import", "zone": "UTC"})
    assert done["Location"] == f"/logs/{log.pk}/"
    assert "waits for its turn" in steward.get(done["Location"]).content.decode()
    assert import_log.import_queued() == 1
    assert import_log.import_queued() == 0
    page = steward.get(done["Location"]).content.decode()
    assert 'data-line="7"' in page and "not measurable: no start stamps" in page
    assert steward.get(f"/logs/{log.pk}/progress/")["HX-Redirect"] == f"/logs/{log.pk}/"
    assert "desk.csv" in steward.get("/logs/").content.decode()
    assert steward.get(f"/logs/{log.pk}/left-out/").status_code == 200


def test_a_reader_that_died_is_replaced(steward: Client, settings) -> None:
    steward.post("/logs/new/", {"file": SimpleUploadedFile("desk.csv", SMALL.encode())})
    log = EventLog.objects.get()
    import_log.queue(log.pk)
    assert import_log._claim() == log
    assert import_log.import_queued() == 0
    EventLog.objects.update(claimed_at="2026-01-01T00:00:00Z")
    assert import_log.import_queued() == 1
    assert EventLog.objects.get().state == "ready"


def test_a_file_that_cannot_be_read_keeps_its_sentence(steward: Client) -> None:
    steward.post("/logs/new/", {"file": SimpleUploadedFile("desk.csv", SMALL.encode())})
    log = EventLog.objects.get()
    wrong = Mapping(case="nothing", activity="state", timestamp="when")
    import_log.queue(log.pk, wrong)
    import_log.import_queued()
    log.refresh_from_db()
    assert log.state == "failed"
    assert "«nothing»" in log.error
    assert "«nothing»" in steward.get(f"/logs/{log.pk}/").content.decode()


def test_the_sample_is_one_click_away(steward: Client, tmp_path) -> None:
    path = written(tmp_path, SMALL, "sample.csv")
    register_sample(SampleLog("small", "A small log", path, "Made for a test."))
    page = steward.get("/flow/").content.decode()
    assert "Use the sample log" in page and "Made for a test." in page
    answer = steward.post("/logs/samples/small/")
    log = EventLog.objects.get()
    assert answer["Location"] == f"/logs/{log.pk}/"
    import_log.import_queued()
    log.refresh_from_db()
    assert (log.state, log.is_sample, log.case_count) == ("ready", True, 3)
    assert steward.post("/logs/samples/small/").status_code == 302
    assert EventLog.objects.count() == 1


def test_only_those_who_may_import_see_the_logs_of_others(steward: Client) -> None:
    steward.post("/logs/new/", {"file": SimpleUploadedFile("desk.csv", SMALL.encode())})
    log = EventLog.objects.get()
    import_log.queue(log.pk)
    import_log.import_queued()
    client = Client()
    client.force_login(User.objects.create_user("someone", "x"))
    assert client.get("/logs/new/").status_code == 403
    assert client.post("/logs/samples/small/").status_code in (403, 404)
    for address in (
        f"/logs/{log.pk}/",
        f"/logs/{log.pk}/progress/",
        f"/flow/?source=log-{log.pk}",
        f"/flow/requests/?source=log-{log.pk}",
        f"/flow/figures.csv?source=log-{log.pk}",
        f"/api/v1/flow/summary?source=log-{log.pk}",
    ):
        assert client.get(address).status_code == 404, address
    assert "desk.csv" not in client.get("/logs/").content.decode()
