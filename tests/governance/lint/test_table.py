"""Every check on a model: what it tells of, what it is silent about, and what it reads."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import registries
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.files import read_directory
from governance.blueprint.lint import CODES, DANGLING, NOTHING, RULES, Facts, lint, relint
from governance.blueprint.serialise import canonical
from tests.depth import examples
from tests.governance.lint import cases_flow, cases_people, cases_process
from tests.governance.lint.clinic import MODEL, Clinic, written

# Found in what happened, by `governance/selectors/observed.py`; see `test_detecting.py`. A model
# alone tells of GOV11, too, so that one is in the table as well.
ELSEWHERE = ("GOV11", "GOV16", "GOV17", "GOV19")
# A delegation that is handed on gives what its giver does not hold.
COMES_WITH = {"GOV10": {"GOV09"}}
TABLE = {**cases_people.ALL, **cases_process.ALL, **cases_flow.ALL}
MODELS = ("tests/fixtures/clinic/model", "demo/quillmere/om-1", "demo/quillmere/om-2")


def everything():
    return (*RULES, *registries.lint_rules())


def changed(change):
    clinic = Clinic()
    change(clinic)
    return clinic


def after(change):
    return changed(change).findings


def test_nothing_is_wrong_with_the_clinic():
    assert Clinic().findings == []


@pytest.mark.parametrize("code", sorted(TABLE))
def test_what_a_check_tells_of(code):
    findings = after(TABLE[code].fails)
    assert {one.rule for one in findings} == {code} | COMES_WITH.get(code, set())
    assert {one.severity for one in findings if one.rule == code} == {CODES[code].severity}
    assert len({one.fingerprint for one in findings}) == len(findings)
    assert all(one.sentence.endswith(".") for one in findings)


@pytest.mark.parametrize("code", sorted(TABLE))
def test_what_a_check_is_silent_about(code):
    assert after(TABLE[code].passes) == []


@pytest.mark.parametrize("why", sorted(cases_flow.SILENT))
def test_figures_that_say_nothing(why):
    assert after(cases_flow.SILENT[why]) == []


def test_every_code_has_both():
    assert set(TABLE) | set(ELSEWHERE) == set(CODES)
    told = {code for rule in everything() for code in rule.codes} | {DANGLING}
    assert told == set(TABLE)


def test_without_people_and_figures_a_model_is_judged_alone():
    clinic = Clinic()
    clinic.critical()
    clinic.holdings, clinic.teams = [], {}
    cases_flow.ALL["PRC22"].fails(clinic)
    assert clinic.findings != []
    assert lint(clinic.blueprint, NOTHING, registries.lint_rules()) == []


class Watched(Blueprint):
    """A blueprint that notes which kinds are looked at."""

    def __init__(self, raw, hashes=None):
        super().__init__(raw, hashes)
        self.seen = set()

    def __contains__(self, item):
        self.seen.add(item[0])
        return super().__contains__(item)

    def ids(self):
        raise AssertionError("a check names the kinds it reads")

    def keys(self, kind):
        self.seen.add(kind)
        return super().keys(kind)

    def text(self, kind, key):
        self.seen.add(kind)
        return super().text(kind, key)

    def peek(self, kind, key):
        self.seen.add(kind.__name__)
        return super().peek(kind, key)


def test_a_check_looks_at_nothing_but_what_it_names():
    asked = [(read_directory(path).elements, Clinic().facts, set(CODES)) for path in MODELS]
    for code, case in TABLE.items():
        if code != DANGLING:
            clinic = changed(case.fails)
            asked.append((clinic.elements, clinic.facts, {code}))
    for elements, facts, codes in asked:
        raw = {item: canonical(element.spec) for item, element in elements.items()}
        for rule in everything():
            if not codes.isdisjoint(rule.codes):
                bp = Watched.from_raw(raw)
                findings = rule.findings(bp, facts)
                assert bp.seen <= rule.reads, rule.codes
                assert rule.findings(bp, asked_for(rule, facts)) == findings, rule.codes


def asked_for(rule, facts):
    """Of what is known beside a model only what the check says it has to know."""
    return Facts(
        today=facts.today if rule.today else None,
        people=facts.people if rule.people else None,
        flow=facts.flow if rule.flow else None,
    )


def variants():
    """Every element that a case of the table changes, adds or takes out."""
    found = {}
    for case in TABLE.values():
        for change in (case.fails, case.passes):
            elements = changed(change).elements
            for item in elements.keys() | MODEL.keys():
                if elements.get(item) != MODEL.get(item):
                    found[item, repr(elements.get(item))] = (item, elements.get(item))
    return [found[mark] for mark in sorted(found, key=str)]


@cache
def edits():
    """Single edits of a model: those of the table, and each element taken out."""
    return variants() + [(item, None) for item in sorted(MODEL)]


@given(data=st.data())
@settings(max_examples=examples(120))
def test_asking_again_only_what_reads_the_kind_finds_the_same(data):
    clinic = changed(TABLE[data.draw(st.sampled_from(sorted(TABLE)))].fails)
    before, found = clinic.blueprint, clinic.findings
    item, element = data.draw(st.sampled_from(edits()))
    if element is None:
        clinic.elements.pop(item, None)
    else:
        clinic.elements[item] = element
    facts, more = clinic.facts, registries.lint_rules()
    new = before.changed({item: written(element)})
    anew = Blueprint.from_elements(clinic.elements.values())
    assert relint(new, facts, found, {item}, more) == lint(anew, facts, more)
