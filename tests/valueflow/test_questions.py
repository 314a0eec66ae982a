"""Pages, files and lists of questions, against an answer made up for it."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from governance.facts import RoleFacts
from tests.valueflow.walker import Walker
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.summary import Times
from valueflow.selectors import population
from valueflow.selectors.flow import marks
from valueflow.selectors.questions import asking, everything
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import parse
from valueflow.services import project

pytestmark = pytest.mark.django_db
COLUMNS = (
    Column("n", "Finished", "count", "Fulfilled in the period."),
    Column("p50", "Half within", "duration", "Median from sent to fulfilled."),
    Column("kept", "Promise kept", "share"),
)


def answered(scope, user) -> Answer:
    """Finished requests by stream; the second row is of too few."""
    n = population.finished(scope).count()
    rows = (
        Row("all", "=All streams", {
            "n": Cell(n, "finished"),
            "p50": Cell(Times(90_000, 36_000)),
            "kept": Cell(0.5),
        }),
        Row("few", "A small one", {"n": Cell(None, "finished", hidden=True)}, tone="risk"),
    )  # fmt: skip
    first = Table("By stream", COLUMNS, rows, Chart("bars", "n"), "Not shown twice.")
    second = Table("By week", COLUMNS[:1], rows[:1], sentence="It is the same.")
    return Answer(
        f"{n} were finished.", n, "requests", "Fulfilled ones.", "Working time of the service.",
        (first, second), marks(scope), ("Logs are left out.",),
    )  # fmt: skip


ASKED = Question("Q1", "slow", "Where is it slow?", "Slow", "Flow", answered, ("executive",))


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        for _ in range(2):
            walker.walk(walker.submit(), 60)
        project.rebuild_all()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def clinic(_walked, db, monkeypatch):
    """Two finished requests, and two questions: one of them can be asked of a log."""
    both = (ASKED, replace(ASKED, code="Q2", slug="logged", logs=True, first_for=("steward",)))
    monkeypatch.setattr(everything, "questions", lambda: both)
    return _walked


@pytest.fixture
def client(clinic) -> Client:
    found = Client()
    found.force_login(User.objects.get(username="beat"))
    return found


def text_of(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200, found.content[:400]
    return found.content.decode()


def test_a_page_has_sentence_chart_table_and_a_list_behind_each_count(client) -> None:
    text = text_of(client, "/flow/questions/slow/?period=26w")
    for words in (
        "2 were finished.", "Fulfilled ones.", "Median from sent to fulfilled.", "1 d 2 h",
        "50 %", "fewer than five", "It is the same.", "Logs are left out.", "2 requests",
    ):  # fmt: skip
        assert words in text, words
    assert "Not shown twice." not in text
    assert " style=" not in text
    links = re.findall(r'href="([^"]*)" data-figure="finished" data-n="(\d+)"', text)
    assert len(links) == 2
    for address, n in links:
        listed = text_of(client, address.replace("&amp;", "&"))
        assert f'data-total="{n}"' in listed
        assert 'href="/flow/questions/slow/?period=26w"' in listed
    calendar = text_of(client, "/flow/questions/slow/?time=calendar")
    assert "1 d 1 h" in calendar


def test_the_index_has_every_question_and_first_those_of_the_role(client) -> None:
    User.objects.filter(username="beat").update(is_steward=True)
    text = text_of(client, "/flow/questions/")
    assert "First for you" in text
    assert text.count('href="/flow/questions/logged/"') == 2
    assert text.count('href="/flow/questions/slow/"') == 1
    assert 'href="/flow/questions/"' in text_of(client, "/flow/")


def test_files_hold_the_numbers_of_the_page(client) -> None:
    table = list(csv.reader(io.StringIO(text_of(client, "/flow/questions/slow.csv"))))
    assert table == [
        ["key", "name", "n", "p50_calendar_s", "p50_business_s", "kept"],
        ["all", "'=All streams", "2", "90000", "36000", "0.5"],
        ["few", "A small one", "fewer than five", "", "", ""],
    ]
    second = text_of(client, "/flow/questions/slow.csv?table=2").splitlines()
    assert second == ["key,name,n", "all,'=All streams,2"]
    assert client.get("/flow/questions/slow.csv?table=3").status_code == 400
    assert client.get("/flow/questions/slow.pdfx").status_code == 404
    assert client.get("/flow/questions/nothing.csv").status_code == 404
    told = json.loads(text_of(client, "/flow/questions/slow.json"))
    row, few = told["tables"][0]["rows"]
    assert row["figures"] == {
        "n": 2, "p50": {"calendar_s": 90000, "business_s": 36000}, "kept": 0.5,
    }  # fmt: skip
    assert row["lists"] == {"n": {"figure": "finished"}}
    assert (few["figures"], few["hidden"], few["lists"]) == ({"n": None}, ["n"], {})


def test_a_spreadsheet_holds_texts_and_numbers_but_no_formula(client) -> None:
    sent = client.get("/flow/questions/slow.xlsx")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="slow.xlsx"'
    with zipfile.ZipFile(io.BytesIO(sent.content)) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert names == ["Answer", "By stream", "By week"]
    assert "<f>" not in "".join(sheets)
    assert "<v>2</v>" in sheets[1] and "<v>0.5</v>" in sheets[1]
    for words in ("=All streams", "fewer than five", "2 were finished.", "Logs are left out."):
        assert f">{words}<" in texts


def test_the_api_tells_what_the_page_shows(client) -> None:
    told = client.get("/api/v1/flow/questions/slow?period=26w").json()
    assert told == json.loads(text_of(client, "/flow/questions/slow.json?period=26w"))
    listed = client.get("/api/v1/flow/questions").json()["results"]
    assert [one["slug"] for one in listed] == ["slow", "logged"]
    assert client.get("/api/v1/flow/questions/nothing").status_code == 404
    assert client.get("/api/v1/flow/questions/slow?nothing=1").status_code == 400


def test_what_a_log_cannot_answer_is_said(client) -> None:
    text = text_of(client, "/flow/questions/slow/?source=log-9&period=13w")
    assert "A log cannot answer this" in text
    assert client.get("/flow/questions/logged/?source=log-9").status_code == 404
    assert client.get("/flow/questions/slow.csv?source=log-9&period=13w").status_code == 400


def test_figures_of_the_period_before_stand_beside(client) -> None:
    text = text_of(client, "/flow/questions/slow/?compare=before")
    assert "was 0 <b>+2</b>" in text
    code = marks(parse({}))[-1].label
    assert f"while {code} was in force" in text_of(client, f"/flow/questions/slow/?compare={code}")
    refused = client.get("/flow/questions/slow/?compare=nothing")
    assert refused.status_code == 400


def test_an_executive_finds_their_questions_and_what_waits_at_home(client, monkeypatch) -> None:
    assert "What to look at first" not in text_of(client, "/")
    monkeypatch.setattr(asking, "facts_for", lambda user: RoleFacts(executive=True))
    text = text_of(client, "/")
    assert re.findall(r'<a href="(/flow/questions/[^"]+)">', text) == ["/flow/questions/slow/"]
    assert 'href="/decisions/">Which decisions wait for you?' in text
