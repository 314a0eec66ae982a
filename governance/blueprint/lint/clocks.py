"""Checks on clocks: rules that let them stand for ever, or never let them start."""

from collections.abc import Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import ClockPolicy
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule


@rule("CLK01", ClockPolicy)
def clocks_left_standing(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What a rule makes stand still another lets go on, and the other way round."""
    for key, policy in bp.find(ClockPolicy).items():
        done = {one.does for one in policy.rules}
        if "pause" in done and "resume" not in done:
            sentence = "A rule lets its clocks stand still, and none lets them go on."
        elif "resume" in done and "pause" not in done:
            sentence = "A rule lets its clocks go on, and none makes them stand still."
        else:
            continue
        yield found("CLK01", ClockPolicy, key, sentence)


@rule("CLK02", ClockPolicy)
def clocks_never_started(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What starts a clock happens at every step that has one."""
    for key, policy in bp.find(ClockPolicy).items():
        starts = [one for one in policy.rules if one.does == "start"]
        if policy.metric not in {"complete", "stage"} or not starts:
            continue
        if all(one.event.startswith("handoff.") for one in starts):
            sentence = (
                "Its clocks start on a handoff alone; the first step, and one that comes from its "
                "own team, have none, so theirs never start."
            )
            yield found("CLK02", ClockPolicy, key, sentence)


RULES = (clocks_left_standing, clocks_never_started)
