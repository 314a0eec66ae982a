"""Chips, steps, drawings and fields as plain values."""

import pytest
from django import forms
from django.template import Context, Template

from esm.common.ui import drawings, icons
from esm.common.ui.fields import plain
from esm.common.ui.parts import STATES, Step, fold, initials, slot


def render(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values)).strip()


def test_slots_end_with_the_tenth_department() -> None:
    assert [slot(0), slot(9), slot(10), slot(None)] == ["1", "10", "n", "n"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mira Tallvik", "MT"), ("Cher", "C"), ("Anna de la Cruz", "AC"), ("", "?"), ("ö x", "ÖX")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_dept_takes_an_object_or_values_and_escapes() -> None:
    chip = '<span class="dept" data-dept="5"><b>LEG</b><span>Law &amp; Order</span></span>'
    assert render("{% dept d %}", d={"code": "LEG", "slot": "5", "name": "Law & Order"}) == chip
    assert render('{% dept "LEG" slot="5" name=n %}', n="Law & Order") == chip
    assert render('{% dept "X" %}') == '<span class="dept" data-dept="n"><b>X</b></span>'


def test_every_state_has_a_colour_of_the_tokens_an_icon_and_a_word() -> None:
    for state, (colour, glyph, word) in STATES.items():
        assert colour in ("ok", "risk", "late", "done"), state
        assert glyph in icons.OUTLINES and str(word)
        assert f'data-state="{colour}"' in render("{% badge s %}", s=state)


def test_unknown_icon_fails_loudly() -> None:
    with pytest.raises(KeyError, match="no icon 'nope'"):
        icons.icon("nope")


def test_count_hides_zero() -> None:
    assert render("{% count n %}", n=0) == ""
    assert render('{% count n "waiting" True %}', n=1200) == (
        '<span class="count count-now">1,200<span class="sr"> waiting</span></span>'
    )
    assert render("{% count n cap=1000 %}", n=1001) == '<span class="count">1,000+</span>'


def _steps(*pairs: str) -> list[Step]:
    return [Step(name=f"S{i}", code=p[:1], state=p[1:]) for i, p in enumerate(pairs)]


def test_short_strips_are_not_folded() -> None:
    steps = _steps(*["Adone"] * 9)
    assert fold(steps) == steps


def test_long_strips_fold_neighbours_of_one_department_and_state() -> None:
    steps = _steps(
        "Adone", "Adone", "Adone", "Bdone", "Anow", "Anext", "Anext", "Bnext", "Bnext", "Cnext"
    )
    assert [(s.name, s.state) for s in fold(steps)] == [
        ("S0 and 2 more", "done"),
        ("S3", "done"),
        ("S4", "now"),
        ("S5 and 1 more", "next"),
        ("S7 and 1 more", "next"),
        ("S9", "next"),
    ]


def test_fold_keeps_a_return_visible() -> None:
    steps = [Step(f"S{i}", code="A", state="done") for i in range(10)]
    steps[4] = Step("S4", code="A", state="done", returned="returned once")
    assert [step.returned for step in fold(steps)] == ["returned once"]


def test_step_from_a_mapping_has_the_usual_values() -> None:
    assert Step.of({"name": "Intake"}) == Step("Intake", slot="n", state="next")


def test_mini_strip_says_where_it_is() -> None:
    steps = [
        {"name": "Intake", "slot": "1", "state": "done"},
        {"name": "Review", "slot": "2", "state": "now"},
        {"name": "Extra", "slot": "2", "state": "skipped"},
    ]
    assert render("{% mini_strip s %}", s=steps) == (
        '<span class="mini" aria-hidden="true"><i data-dept="1"></i>'
        '<i class="now" data-dept="2"></i><i class="s" data-dept="2"></i></span>'
        '<span class="sr">Step 2 of 3: Review</span>'
    )


def test_gauge_is_cut_to_its_track_and_shows_standstill_and_band() -> None:
    drawn = drawings.gauge(1.7, "late", pauses=[(0.2, 0.3)], band=(0.5, 1.4))
    assert '<rect class="used" width="100%"' in drawn
    assert '<rect class="pause" x="20%" width="10%"' in drawn
    assert '<rect class="band" x="50%" width="50%"' in drawn
    assert 'x1="75%"' in drawn


def test_spark_needs_two_points_and_leaves_gaps() -> None:
    assert drawings.spark([1]) == ""
    assert 'd="M0.0 24.0 M66.7 13.0 L100.0 2.0"' in drawings.spark([0, None, 1, 2])


def test_stacked_bar_says_its_parts_and_refuses_unknown_kinds() -> None:
    bar = drawings.stacked(
        [{"kind": "working", "label": "Working", "share": 0.25},
         {"kind": "queued", "label": "Queued", "share": 0.75}], "Papers"
    )  # fmt: skip
    assert 'aria-label="Papers: Working 25 %, Queued 75 %"' in bar
    assert '<rect class="k-queued" x="25.15%" width="74.70%" height="22"/>' in bar
    with pytest.raises(ValueError, match="no kind of time"):
        drawings.stacked([{"kind": "lunch", "label": "", "share": 1}], "")


def test_ages_mark_what_is_older_than_the_promise() -> None:
    strip = drawings.ages([1, 8, 9], promise=8, top=10, label="x", promise_label="promise 8 d")
    assert strip.count('class="dot"') == 2
    assert strip.count('class="old"') == 1


def test_field_from_a_mapping_orders_label_help_error_control() -> None:
    html = render(
        "{% field f %}",
        f={"key": "why", "label": "Why?", "help": "Short.", "errors": ["Say why"], "value": "<b>"},
    )
    places = [html.index(t) for t in ("Why?", "Short.", "Say why", "<input")]
    assert places == sorted(places)
    assert 'aria-describedby="f-why-h f-why-e" aria-invalid="true"' in html
    assert 'value="&lt;b&gt;"' in html
    assert "optional" in html


def test_field_from_a_django_form_keeps_value_and_error() -> None:
    class Small(forms.Form):
        kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], label="Kind")
        mail = forms.EmailField(label="Mail")

    form = Small({"kind": "b", "mail": "nobody"})
    assert not form.is_valid()
    assert 'value="b" checked' in render("{% field b %}", b=form["kind"])
    mail = render("{% field b %}", b=form["mail"])
    assert 'type="email"' in mail and 'value="nobody"' in mail and "Enter a valid email" in mail
    summary = render("{% error_summary f %}", f=form)
    assert '<a href="#id_mail">' in summary and "1 thing to fix" in summary


def test_many_options_become_a_select() -> None:
    few = [{"key": str(n), "label": str(n)} for n in range(6)]
    assert plain({"name": "n", "type": "choice", "options": few}).control == "radios"
    assert plain({"name": "n", "type": "choice", "options": [*few, few[0]]}).control == "select"


def test_a_password_is_never_written_back() -> None:
    html = render("{% field f %}", f={"name": "p", "type": "password", "value": "secret"})
    assert "secret" not in html


def test_error_summary_is_nothing_without_errors() -> None:
    assert render("{% error_summary e %}", e={}) == ""
    assert 'href="#f-when"' in render("{% error_summary e %}", e={"when": ["Give a day"]})
