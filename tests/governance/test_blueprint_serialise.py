"""Canonical form, hashes and YAML: what goes in comes out the same."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.kinds import KINDS
from governance.blueprint.serialise import (
    UnknownKind,
    YamlProblem,
    build_spec,
    canonical,
    content_hash,
    json_schema,
    parse_spec,
    read_yaml,
    to_yaml,
    write_yaml,
)

storable = st.characters(codec="utf-8", exclude_characters="\x00")
words = st.text(storable, min_size=1, max_size=30)
loose = st.text(storable, max_size=40)
keys = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
choices = st.from_regex(r"[a-z0-9]{1,6}(_[a-z0-9]{1,3})?", fullmatch=True)
money = st.decimals(
    min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False
)
seconds = st.integers(0, 10**9)
maybe = st.none() | keys


def lists(items, **bounds):
    return st.lists(items, max_size=3, **bounds)


roles = st.fixed_dictionaries(
    {
        "name": words,
        "purpose": loose,
        "category": st.sampled_from(["line", "process", "generic"]),
        "accountabilities": lists(loose),
        "department": maybe,
        "min_holders": st.integers(0, 9),
    }
)
rights = st.fixed_dictionaries(
    {
        "decision_type": keys,
        "role": keys,
        "part": st.sampled_from(["decide", "agree"]),
        "min": st.none() | money,
        "max": st.none() | money,
        "order": st.integers(-9, 9),
    }
)
fields = st.fixed_dictionaries(
    {
        "key": names,
        "label": words,
        "type": st.sampled_from(["text", "choice", "boolean", "money"]),
        "required": st.booleans(),
        "help": loose,
        "options": lists(st.fixed_dictionaries({"key": choices, "label": words})),
        "max_length": st.none() | st.integers(1, 500),
    }
)
offerings = st.fixed_dictionaries(
    {
        "service": keys,
        "name": words,
        "workflow": keys,
        "promise_s": seconds,
        "calendar": keys,
        "you_get": lists(loose),
        "we_need": lists(loose),
        "title_field": names,
        "form": st.fixed_dictionaries(
            {
                "sections": lists(
                    st.fixed_dictionaries({"key": keys, "title": words, "fields": lists(fields)})
                )
            }
        ),
    }
)
technologies = st.fixed_dictionaries(
    {
        "name": words,
        "kind": st.just("platform"),
        "lifecycle": st.just("trial"),
        "owner_role": keys,
        "annual_cost": st.none() | money,
        "since": st.none()
        | st.dates().map(date.isoformat)
        | st.fixed_dictionaries(
            {"week": st.integers(1, 60), "day": st.sampled_from(["mon", "fri"])}
        ),
    }
)
elements = st.one_of(
    st.tuples(st.just("Role"), keys, roles),
    st.tuples(st.just("DecisionRight"), keys, rights),
    st.tuples(st.just("Offering"), keys, offerings),
    st.tuples(st.just("Technology"), keys, technologies),
).map(lambda t: Element(t[0], t[1], 1, build_spec(t[0], t[2])))


@given(elements)
def test_yaml_spec_canonical_hash_round_trip(element):
    data, _ = read_yaml(to_yaml(element).encode())
    assert (data["kind"], data["key"], data["schema"]) == (element.kind, element.key, 1)
    again = build_spec(data["kind"], data["spec"])
    assert again == element.spec
    assert canonical(again) == canonical(element.spec)
    assert content_hash(again) == content_hash(element.spec)
    assert to_yaml(Element(element.kind, element.key, 1, again)) == to_yaml(element)


@given(elements)
def test_stored_json_round_trip_survives_reordering(element):
    text = canonical(element.spec)
    # jsonb gives back its own order and spacing.
    shuffled = json.dumps(dict(reversed(list(json.loads(text).items()))), indent=1)
    assert parse_spec(element.kind, shuffled) == element.spec
    assert content_hash(parse_spec(element.kind, shuffled)) == content_hash(element.spec)


@given(st.lists(elements, max_size=5, unique_by=lambda e: e.id))
def test_the_hash_of_a_model_is_the_same_from_files_and_from_raw_text(items):
    files = Blueprint.from_elements(items)
    database = Blueprint.from_raw({e.id: json.dumps(json.loads(canonical(e.spec))) for e in items})
    assert files.content_hash == database.content_hash


@given(
    st.dictionaries(
        words, st.one_of(loose, st.booleans(), st.integers(-(10**12), 10**12), st.none(), money)
    )
)
def test_plain_yaml_round_trip(data):
    again, _ = read_yaml(write_yaml(data).encode())
    assert again == data
    assert [type(value) for value in again.values() if isinstance(value, bool)] == [
        bool for value in data.values() if isinstance(value, bool)
    ]


def test_canonical_form_holds_every_field_sorted_and_compact():
    spec = build_spec(
        "DecisionRight", {"decision_type": "t", "role": "r", "part": "decide", "min": 5}
    )
    assert canonical(spec) == (
        '{"body":null,"category":null,"decision_type":"t","department":null,"latency_s":null,'
        '"max":null,"min":"5","order":0,"part":"decide","pre_authorised":null,"quorum":null,'
        '"risk":null,"role":"r","rule":null,"service":null,"site":null,"when":""}'
    )
    assert content_hash(spec).hex() == (
        "9f51c530816d9e9adfcc07dc5e70a4550f61830565e0c0f3562afce5cf4d1d35"
    )


@pytest.mark.parametrize("value", [25000, "25000", "25000.00", Decimal("2.5E4")])
def test_equal_money_has_one_canonical_form(value):
    spec = build_spec(
        "DecisionRight", {"decision_type": "t", "role": "r", "part": "decide", "max": value}
    )
    assert json.loads(canonical(spec))["max"] == "25000"


@pytest.mark.parametrize("value", ["NaN", "Infinity", float("nan"), 0.1, True, "1" * 30])
def test_what_is_no_money_is_refused(value):
    with pytest.raises(ValidationError):
        build_spec(
            "DecisionRight", {"decision_type": "t", "role": "r", "part": "decide", "max": value}
        )


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"])
@pytest.mark.parametrize("where", ["name", "accountabilities"])
def test_what_the_database_cannot_hold_is_refused(text, where):
    data = {"name": "n", "purpose": "p", "category": "line", where: text}
    if where == "accountabilities":
        data[where] = [text]
    with pytest.raises(ValidationError):
        build_spec("Role", data)


def test_the_same_in_a_mapping():
    data = {
        "name": "n",
        "zone": "UTC",
        "currency": "EUR",
        "default_calendar": "c",
        "last_resort": "r",
    }
    for terminology in ({"a": "\x00"}, {"\x00": "a"}):
        with pytest.raises(ValidationError):
            build_spec("Organisation", {**data, "terminology": terminology})


def test_unknown_fields_and_kinds_are_refused():
    with pytest.raises(ValidationError):
        build_spec("Department", {"code": "A", "name": "B", "colour": "red"})
    with pytest.raises(UnknownKind):
        build_spec("Planet", {})


def test_specs_are_frozen():
    spec = build_spec("Department", {"code": "A", "name": "B"})
    with pytest.raises(ValidationError):
        spec.name = "C"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_exports_a_json_schema(kind):
    schema = json_schema(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], schema["additionalProperties"]) == (kind, False)
    json.dumps(schema)


def test_references_name_their_kind_in_the_schema():
    properties = json_schema("Team")["properties"]
    assert properties["department"]["x-kind"] == "Department"
    assert properties["site"]["anyOf"][0]["x-kind"] == "Site"
    stage = json_schema("Workflow")["$defs"]["Stage"]["properties"]
    assert stage["responsible_roles"]["items"]["x-kind"] == "Role"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 09:30", {"a": "09:30"}),
        ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 0.1", {"a": Decimal("0.1")}),
        ("a: 007", {"a": "007"}),
        ("a: true", {"a": True}),
        ("a: null", {"a": None}),
        ("a:", {"a": None}),
        ("no: 1", {"no": 1}),
        ("", None),
    ],
)
def test_yaml_means_what_it_looks_like(text, value):
    assert read_yaml(text.encode())[0] == value


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"a: 1\nb: *x", 2, "anchors and aliases"),
        (b"a: &x 1", 1, "anchors and aliases"),
        (b"a: 1\na: 2", 2, "`a` is written twice"),
        (b"a: !!python/object:os.system {}", 1, "is not used in model files"),
        (b"a: !!binary aGk=", 1, "is not used in model files"),
        (b"a: [1, 2", 1, "not YAML"),
        (b"a: 1\nb: \xff", 2, "UTF-8"),
        (b"a: 1\nb: \x00", 2, "does not allow"),
        (b"? [a]\n: 1", 1, "plain text"),
        (b"a: 1\n---\nb: 2", 2, "not YAML"),
        (b"[" * 5000, 1, "nested deeper"),
        (b"a: " + b"x" * 1_000_001, 1, "larger than"),
    ],
)
def test_broken_yaml_names_its_line(raw, line, words):
    with pytest.raises(YamlProblem) as error:
        read_yaml(raw)
    assert words in error.value.sentence
    assert error.value.line == line


def test_durations_are_written_as_people_write_them():
    spec = build_spec(
        "HandoffAgreement",
        {
            "giver_team": "a",
            "receiver_team": "b",
            "respond_s": "4 h",
            "complete_s": "8 bd",
            "clarify_s": "30 min",
        },
    )
    assert (spec.respond_s, spec.complete_s, spec.clarify_s) == (14_400, 230_400, 1_800)
    text = to_yaml(Element("HandoffAgreement", "x", 1, spec))
    assert "respond_s: 4 h\n" in text
    assert "complete_s: 8 bd\n" in text
    assert "clarify_s: 30 min\n" in text
