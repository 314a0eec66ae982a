"""Sample values for every component, of no organisation in particular."""

from datetime import UTC, datetime
from typing import Any

from esm.common.nav import PrimaryAction, Running, Viewer

NAMES = (
    "Office", "People", "Money", "Buying", "Review",
    "Technology", "Risk", "Places", "Sales", "Field",
)  # fmt: skip
DEPTS = [
    {"code": name[:3].upper(), "name": name, "slot": str(place)}
    for place, name in enumerate(NAMES, start=1)
]


def _step(name: str, place: int, state: str, sub: str = "", returned: str = "") -> dict[str, str]:
    dept = DEPTS[place]
    return {
        "name": name,
        "code": dept["code"],
        "dept": dept["name"],
        "slot": dept["slot"],
        "state": state,
        "sub": sub,
        "returned": returned,
    }


STEPS = [
    _step("Intake", 4, "done", "1 h 50"),
    _step("Terms", 8, "done", "3 h 40"),
    _step("Full reading", 4, "done", "9 h 05", "returned once"),
    _step("Risk review", 6, "now", "offered 09:40, not accepted for 1 h 25"),
    _step("Extra check", 3, "skipped"),
    _step("Approval", 2, "next", "about Tue"),
    _step("Archive", 4, "next", "about Wed"),
]
CRITERIA = [
    {"text": "Data named", "note": "Contacts, users", "ok": True, "how": "checked by the system"},
    {"text": "Place named", "note": "Please check yourself", "ok": None, "how": "manual"},
    {"text": "Draft attached", "ok": False, "how": "checked by the system"},
]
EVENTS: list[dict[str, Any]] = [
    {"icon": "arrow-right", "verb": "Offered", "text": "to Risk", "who": "Y. Belkadi, as Reviewer",
     "at": datetime(2026, 11, 23, 9, 40, tzinfo=UTC), "quote": "Their clause is new to us."},
    {"verb": "Note", "text": "for two teams only", "who": "D. Ferrant, as Reviewer",
     "at": datetime(2026, 11, 20, 10, 48, tzinfo=UTC), "quote": "Same as last year.",
     "private": True},
    {"icon": "alert-triangle", "verb": "Escalated", "text": "3 times",
     "at": datetime(2026, 11, 19, 9, 0, tzinfo=UTC),
     "folded": [{"verb": "Warned", "text": "at 50 %",
                 "at": datetime(2026, 11, 19, 8, 0, tzinfo=UTC)}]},
    {"icon": "plus", "verb": "Sent", "text": "the request", "who": "M. Tallvik, requester",
     "at": datetime(2026, 11, 19, 10, 12, tzinfo=UTC), "files": [("draft.docx", "#")]},
]  # fmt: skip
LEVELS = [
    {"kind": "Value stream", "text": "Paper to signature", "url": "#"},
    {"kind": "Outcome", "text": "A fair paper is signed in time"},
    {"kind": "Objective", "text": "Sign faster", "note": "P85 now 4.1, target 5 days"},
]


def _options(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": "#", "current": not i} for i, label in enumerate(labels)]


FILTERS = [
    {"name": "Service", "value": "Any", "options": _options("Any", "Papers")},
    {"name": "Held by", "value": "Anyone", "options": _options("Anyone", "Me")},
]
ROWS = [
    {"id": "R-10358", "title": "Supplier: Vantry Films", "dept": DEPTS[4], "step": "Risk review",
     "holder": "Katya Brandel", "state": "late", "used": 1, "left": "3 h over",
     "select": "Select R-10358"},
    {"id": "R-10401", "title": "Supplier: Fennmark Packaging", "dept": DEPTS[3],
     "step": "Risk review", "holder": "Nobody yet", "state": "risk", "used": 0.81,
     "left": "1 h 30 left", "select": "Select R-10401", "open": True},
    {"id": "R-10433", "title": "Halden Bioscience, data annex to the framework of last spring",
     "dept": DEPTS[8], "step": "Risk review", "holder": "You", "state": "ok", "used": 0.4,
     "left": "7 h left", "select": "Select R-10433"},
]  # fmt: skip
TREND = [4.0, 5, 3, 6, 7, 7.5, 8]
TILES = [
    {"name": name, "value": value, "unit": unit, "definition": "How it is counted.",
     "state": state, "delta": delta, "icon": icon, "n": "n = 1,962, 13 weeks", "trend": TREND}
    for name, value, unit, state, delta, icon in (
        ("Promise kept", "93.6", "%", "ok", "up from 67 %", "arrow-up-right"),
        ("Lead time", "1.9", "days median", "ok", "85 % within 4.4 days", "arrow-down-right"),
        ("Finished per week", "151", "requests", "done", "154 came in", "arrow-right"),
        ("In flight", "109", "requests", "risk", "12 older than their promise", ""),
        ("Time worked on", "10.1", "%", "done", "the rest is waiting", "arrow-up-right"),
    )
]  # fmt: skip
FLOWS = [
    {"a": DEPTS[5], "b": DEPTS[9], "n": 910, "r": 3},
    {"a": DEPTS[9], "b": DEPTS[5], "n": 870, "r": 4},
    {"a": DEPTS[4], "b": DEPTS[6], "n": 154, "r": 17},
    {"a": DEPTS[3], "b": DEPTS[2], "n": 104, "r": 26},
    {"a": DEPTS[8], "b": DEPTS[4], "n": 227, "r": 10},
]
MATRIX = [
    {
        "head": giver,
        "cells": [
            "self"
            if giver is receiver
            else {"text": "10", "level": (i + j) % 4 + 1, "url": "#", "label": f"{i} to {j}: 10 %"}
            if (i * j) % 3 == 1
            else None
            for j, receiver in enumerate(DEPTS)
        ],
    }
    for i, giver in enumerate(DEPTS)
]
SHARES = {
    "working": 0.1, "queued": 0.38, "handoff": 0.21, "requester": 0.12, "third": 0.11,
    "decision": 0.05, "off": 0.03,
}  # fmt: skip
AGES = [
    {"label": "Papers", "url": "#", "ages": [1, 2, 2.5, 3, 9], "promise": 8,
     "promise_label": "promise 8 d", "spoken": "Papers: 5 open, 1 older than the promise"},
    {"label": "Suppliers to first payment", "url": "#", "ages": [5, 21, 22, 18], "promise": 20,
     "promise_label": "promise 20 d", "spoken": "Suppliers: 4 open, 2 older than the promise"},
]  # fmt: skip
WEEKS = [
    {"week": f"{w} W", "m": 6.5 - w % 3 / 2 if w < 12 else 2.6 - w % 3 / 3,
     "u": 8.3 if w < 12 else 3.4, "l": 4.7 if w < 12 else 1.8}
    for w in range(1, 27)
]  # fmt: skip
FIELDS: list[dict[str, Any]] = [
    {"name": "title", "label": "What is it about?", "help": "A few words.", "required": True},
    {"name": "value", "label": "Value", "type": "money", "prefix": "EUR", "value": "182,400"},
    {"name": "paper", "label": "Whose paper is it?", "type": "choice", "value": "ours",
     "required": True, "options": [{"key": "ours", "label": "Ours", "note": "Our usual terms"},
                                   {"key": "theirs", "label": "Theirs"}]},
    {"name": "deviations", "label": "Where does it differ?", "type": "textarea",
     "help": "One per line.", "errors": ["List the deviations, or write “none”"]},
    {"name": "target", "label": "Target date", "type": "date", "width": "s"},
    {"name": "country", "label": "Country", "type": "choice",
     "options": [{"key": str(n), "label": f"Country {n}"} for n in range(9)]},
    {"name": "data", "label": "Which data?", "type": "choices", "value": ["a"],
     "options": [{"key": "a", "label": "Contacts"}, {"key": "b", "label": "Users"}]},
    {"name": "secret", "label": "Keep it confidential", "type": "boolean"},
    {"name": "draft", "label": "The draft", "type": "file", "files": [("draft.docx", "")]},
]  # fmt: skip


class Shell:
    """What the context processor would give to a signed-in person."""

    brand = "Somewhere"
    viewer = Viewer(name="Tomas Rautio", role="Risk Analyst", slot="7")
    running = Running("Work runs on", "M-3 · since 24 Aug", "/model/")
    primary = PrimaryAction("New request", "/services/", keys="n")
    banners: tuple[Any, ...] = ()
    more_current = False

    def __init__(self) -> None:
        entries = [
            ("work", "home", "Home", "/", "home", 0, "g h", "Home"),
            ("work", "mine", "My requests", "/requests/", "file-text", 0, "", "Requests"),
            ("work", "queue", "Queue", "/queue/", "stack-2", 10, "g q", "Queue"),
            ("work", "decisions", "Decisions", "/decisions/", "gavel", 1, "g d", "Decisions"),
            ("see", "flow", "Value flow", "/flow/", "chart-sankey", 0, "g f", ""),
            ("see", "streams", "Streams", "/streams/", "route", 0, "", ""),
            ("agree", "model", "Operating model", "/model/", "sitemap", 0, "g m", ""),
            ("agree", "services", "Services", "/services/", "apps", 0, "", ""),
        ]
        self.items = [
            {"group": group, "key": key, "label": label, "url": url, "icon": icon, "count": count,
             "keys": keys, "phone": phone, "current": key == "queue",
             "urgent": key == "decisions", "count_label": "waiting"}
            for group, key, label, url, icon, count, keys, phone in entries
        ]  # fmt: skip
        self.groups = [
            {"key": name, "label": name.title(), "items": self._of(name)}
            for name in ("work", "see", "agree")
        ]
        self.top = [self.items[3]]
        self.phone = [item for item in self.items if item["phone"]]

    def _of(self, group: str) -> list[dict[str, Any]]:
        return [item for item in self.items if item["group"] == group]


def context() -> dict[str, Any]:
    """Everything ``components/gallery.html`` shows."""
    shell = Shell()
    return {
        "request": {"user": {"is_authenticated": True, "uses_keys": True}},
        "shell": shell, "nav": shell.groups, "page_base": "base.html", "csrf_token": "token",
        "crumb_items": [("Risk", "#"), ("R-10482", "")], "depts": DEPTS, "steps": STEPS,
        "criteria": CRITERIA, "events": EVENTS, "levels": LEVELS, "pauses": [(0.3, 0.39)],
        "likely": (0.5, 0.74), "filters": FILTERS, "rows": ROWS, "tiles": TILES, "flows": FLOWS,
        "sort_filter": {"name": "Sort", "value": "ends soonest", "options": _options("soonest")},
        "tab_items": [{"label": "Everything", "url": "#", "current": True},
                      {"label": "Handoffs", "url": "#", "count": 4}],
        "seg_items": [{"label": "Working time", "url": "#", "current": True},
                      {"label": "Calendar time", "url": "#"}],
        "columns": DEPTS, "matrix_rows": MATRIX,
        "scale": ["below 10", "10–19", "20–26", "27 and more"],
        "bars": [{"label": "Papers", "url": "#", "total": "7.3 d", "parts": SHARES},
                 {"label": "Suppliers", "total": "20.1 d", "parts": {"queued": 0.5,
                                                                    "decision": 0.5}}],
        "age_rows": AGES, "weeks": WEEKS,
        "marks": [{"at": "5 W", "text": "Tool in use", "short": "Tool", "kind": "t"},
                  {"at": "12 W", "text": "M-2", "short": "M-2", "kind": "v"}],
        "why": [{"term": "Right", "value": "Sign", "note": "role: Approver"},
                {"term": "Band", "value": "€100,000 to below €500,000", "note": "falls inside"},
                {"term": "Delegation", "value": "None", "note": "you hold the role yourself"},
                {"term": "Version", "value": "M-3"}],
        "said": [{"part": "Recommends", "name": "Jonas Wickberg", "slot": "9", "role": "Account",
                  "text": "Sign.", "state": "ok", "word": "Sign"}],
        "step_items": [{"label": "Party", "state": "done"}, {"label": "Paper", "state": "now"},
                       {"label": "Check and send", "state": "next"}],
        "errors": {"deviations": ["List the deviations, or say there are none"]},
        "fields": FIELDS,
        "answer_items": [{"label": "About", "value": "A paper", "url": "#"},
                         {"label": "Deviations", "lines": ["One", "Two"], "url": "#"},
                         {"label": "Target date", "value": "", "url": "#"}],
    }  # fmt: skip
