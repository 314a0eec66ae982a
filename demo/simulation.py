"""How the work of a stream went: a discrete-event simulation, pure and deterministic by seed.

Requests arrive as a Poisson stream in office hours. An offer waits until somebody reacts (and for a
signing day where there are such); it is sent back, asked about or accepted; accepted work waits
first come first served for one of the stage's people, who give only a share of their day to it.
What is sent back is done again for a part of its time. Which stage comes next is the engine's word.
Every draw comes from its own generator, so that one change of a parameter moves nothing else.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from demo.cases import ask
from demo.story import Action, Case, Pool, Setting, Visit
from governance.blueprint.weeks import WEEK_DAYS
from workflows.calendars import BusinessCalendar
from workflows.engine import tokens

HOUR = 3600
GATE_DAYS = 15


def simulate(setting: Setting, seed: int) -> list[Case]:
    """All cases sent from ``begin`` on, with everything that happened until ``end``."""
    return Simulation(setting, seed).run()


class Simulation:
    """One run; see ``simulate``."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting, self.seed = setting, seed
        self.scenario = setting.scenario
        self.office = setting.calendars[self.scenario.calendar]
        self.cases: list[Case] = []
        self.pools = {
            stage: Pool(deque(c.people or [""] * c.servers))
            for stage, c in self.scenario.capacity.items()
        }
        self.agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.count = 0

    # --- time and dice ---

    def at(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Do something at a moment."""
        self.count += 1
        heapq.heappush(self.agenda, (when, self.count, what))

    def dice(self, *what: object) -> Random:
        """A generator of its own for each purpose."""
        return Random(":".join(map(str, (self.scenario.dice, self.seed, *what))))

    def span(self, dice: Random, mean_h: float, cv: float) -> int:
        """Seconds of a log-normal time with this mean and coefficient of variation."""
        if mean_h <= 0:
            return 0
        spread = math.log(1 + cv * cv)
        return int(HOUR * dice.lognormvariate(math.log(mean_h) - spread / 2, math.sqrt(spread)))

    def run(self) -> list[Case]:
        """Play the agenda to the end."""
        self._arrivals()
        while self.agenda and self.agenda[0][0] <= self.setting.end:
            when, _, what = heapq.heappop(self.agenda)
            what(when)
        cases = [case for case in self.cases if case.submitted_at >= self.setting.begin]
        return sorted(cases, key=lambda case: (case.submitted_at, case.number))

    # --- asking ---

    def _arrivals(self) -> None:
        dice, moment, number = self.dice("arrivals"), self.setting.first, 0
        per_second = self.scenario.arrivals_per_day / self.office.day_seconds
        while True:
            moment = self.office.add(moment, 1 + int(dice.expovariate(per_second)))
            if moment > self.setting.end:
                break
            number += 1
            self.at(moment, self._sender(number, None))
        for when, index in self.setting.plants:
            if self.setting.begin <= when <= self.setting.end:
                self.at(when, self._sender(-1 - index, index))

    def _sender(self, number: int, plant: int | None) -> Callable[[datetime], None]:
        return lambda now: self._send(number, plant, now)

    def _send(self, number: int, plant: int | None, now: datetime) -> None:
        phase, dice = self.setting.phase_at(now), self.dice(number, "case")
        fixed: dict[str, Any] = {}
        if plant is not None:
            planted = self.scenario.plants[plant]
            fixed = {"requester": planted.requester, "fixed": planted.values}
        asked = ask(
            self.scenario,
            phase,
            self.setting.offering(phase),
            dice,
            now,
            self.setting.zone,
            **fixed,
        )
        case = Case(number, phase, asked, now, planted=plant is not None)
        self.cases.append(case)
        self.act(case, now, "submit", person=asked.requester)
        self.move(case, now, tokens.start(self.setting.graph(phase), asked.values), "", "")
        if plant is None:
            self._side_stories(case, now)

    def _side_stories(self, case: Case, now: datetime) -> None:
        """Some write a line, some no longer need it."""
        dice, scenario = self.dice(case.number, "aside"), self.scenario
        for chance, verb, texts in (
            (scenario.remarks, "comment", scenario.said),
            (scenario.withdrawals, "withdraw", scenario.withdrawn_because),
        ):
            happens, wait = dice.random() < chance.share, self.span(dice, chance.hours, 1)
            text = dice.choice(texts)
            if happens:
                self.at(self.office.add(now, wait + 60), self._teller(case, verb, text))

    def _teller(self, case: Case, verb: str, text: str) -> Callable[[datetime], None]:
        def tell(now: datetime) -> None:
            if case.over:
                return
            self.act(case, now, verb, person=case.asked.requester, text=text)
            case.over = verb == "withdraw"

        return tell

    def act(self, case: Case, now: datetime, verb: str, stage: str = "", **more: str) -> None:
        """Write down what somebody did."""
        case.actions.append(Action(now, case.number, len(case.actions), verb, stage, **more))

    # --- work ---

    def move(
        self, case: Case, now: datetime, step: tokens.Step, giver: str, giver_person: str
    ) -> None:
        """The case came to its next stages, or to its end."""
        case.marking = step.marking
        if step.ended:
            case.fulfilled_at, case.over = now, True
        graph = self.setting.graph(case.phase)
        for entry in step.entered:
            crosses = bool(giver) and graph.nodes[giver].team != graph.nodes[entry.stage].team
            self._enter(case, now, entry, giver if crosses else "", giver_person)

    def _enter(
        self, case: Case, now: datetime, entry: tokens.Entry, giver: str, giver_person: str
    ) -> None:
        case.stages.append(entry.stage)
        dice = self.dice(case.number, entry.stage, len(case.stages))
        visit = Visit(
            case, entry.stage, entry.token, giver, giver_person, bool(giver), entry.rework, dice
        )
        calendar, habit = self.calendar(visit), case.phase.stages[entry.stage]
        ready = calendar.add(now, 30 + self.span(dice, habit.react_h, self.scenario.react_cv))
        days = self.setting.phase_at(ready).batch_days.get(entry.stage)
        if days:
            ready = gate(calendar, ready, frozenset(WEEK_DAYS.index(day) for day in days))
        self.at(ready, lambda then: self._respond(visit, then))

    def node(self, visit: Visit) -> Any:
        """The stage in the compiled workflow."""
        return self.setting.graph(visit.case.phase).nodes[visit.stage]

    def calendar(self, visit: Visit) -> BusinessCalendar:
        """The hours of the team that has it."""
        return self.setting.calendar_of(self.node(visit).team)

    def _respond(self, visit: Visit, now: datetime) -> None:
        case = visit.case
        if case.over:
            return
        decides = self.node(visit).kind == "decision"
        person = "" if decides else self._somebody(visit, now)
        pair, habit = (visit.giver, visit.stage), case.phase.stages[visit.stage]
        unusable = visit.dice.random() >= habit.usable
        asks = visit.dice.random() < self.scenario.questions.share
        if visit.crosses and unusable and pair not in case.sent_back and not case.planted:
            self._send_back(visit, now, person, decides)
            return
        if visit.crosses and not decides:
            if asks and visit.giver_person and not visit.rework and not case.planted:
                self._question(visit, now, person)
                return
            self.act(case, now, "accept", visit.stage, person=person)
        self._queue(visit, now)

    def _somebody(self, visit: Visit, now: datetime) -> str:
        people = self.scenario.capacity[visit.stage].people
        return self.setting.on_duty(visit.dice.choice(people), now)

    def _send_back(self, visit: Visit, now: datetime, person: str, decides: bool) -> None:
        case, reasons = visit.case, self.scenario.returns[visit.stage]
        case.sent_back.add((visit.giver, visit.stage))
        case.returns += 1
        # The first reason is the usual one.
        reason = visit.dice.choices(list(reasons), weights=[3, *([1] * (len(reasons) - 1))])[0]
        text, verb = visit.dice.choice(reasons[reason]), "return"
        if decides:
            verb, reason = "decide", "refer_back"
        self.act(case, now, verb, visit.stage, person=person, text=text, choice=reason)
        graph, marking = self.setting.graph(case.phase), case.marking
        assert marking is not None
        back = tokens.send_back
        if visit.giver not in tokens.send_back_targets(graph, marking, visit.token):
            back = tokens.detour
        self.move(case, now, back(graph, marking, visit.token, visit.giver), "", "")

    def _question(self, visit: Visit, now: datetime, person: str) -> None:
        scenario, case = self.scenario, visit.case
        index = visit.dice.randrange(len(scenario.questions_asked))
        text = scenario.questions_asked[index]
        self.act(case, now, "ask", visit.stage, person=person, text=text)
        answer = scenario.answers_given[index]

        def answered(then: datetime) -> None:
            if case.over:
                return
            giver = visit.giver_person
            self.act(case, then, "answer", visit.stage, person=giver, text=answer)
            later = self.calendar(visit).add(then, 600 + self.span(visit.dice, 0.5, 1))
            self.at(later, accepted)

        def accepted(then: datetime) -> None:
            if not case.over:
                self.act(case, then, "accept", visit.stage, person=person)
                self._queue(visit, then)

        wait = self.span(visit.dice, scenario.questions.answer_h, 1)
        giver_team = self.setting.graph(case.phase).nodes[visit.giver].team
        self.at(self.setting.calendar_of(giver_team).add(now, 300 + wait), answered)

    # --- people ---

    def _queue(self, visit: Visit, now: datetime) -> None:
        self.pools[visit.stage].waiting.append(visit)
        self._pump(visit.stage, now)

    def _pump(self, stage: str, now: datetime) -> None:
        pool = self.pools[stage]
        while pool.free and pool.waiting:
            visit = pool.waiting.popleft()
            if not visit.case.over:
                self._begin(visit, pool.free.popleft(), now)

    def _begin(self, visit: Visit, server: str, now: datetime) -> None:
        case, capacity = visit.case, self.scenario.capacity[visit.stage]
        decides = self.node(visit).kind == "decision"
        if not decides:
            visit.person = self.setting.on_duty(server, now)
            self.act(case, now, "claim", visit.stage, person=visit.person)
        seconds = self._work_s(visit) / capacity.share
        waits = visit.dice.random() < capacity.wait and not visit.rework and not case.planted
        first = seconds * 0.4 if waits and not decides else seconds
        end = self.calendar(visit).add(now, max(60, int(first)))

        def leave(then: datetime) -> None:
            self.pools[visit.stage].free.append(server)
            if not case.over:
                if first < seconds:
                    self._wait(visit, then, int(seconds - first))
                else:
                    self._complete(visit, then, decides)
            self._pump(visit.stage, then)

        self.at(end, leave)

    def _work_s(self, visit: Visit) -> float:
        """Touch time of the stage for this case; done again it takes a part of it."""
        case = visit.case
        known = case.touch.get(visit.stage)
        if known is None:
            habit = case.phase.stages[visit.stage]
            dice = self.dice(case.number, visit.stage, "touch")
            known = case.touch[visit.stage] = self.span(dice, habit.touch_h, self.scenario.touch_cv)
        return known * self.scenario.rework_share if visit.rework else known

    def _wait(self, visit: Visit, now: datetime, left_s: int) -> None:
        """The requester has to answer first; meanwhile the person does other work."""
        case, calendar = visit.case, self.calendar(visit)
        text = visit.dice.choice(self.scenario.waiting_for)
        self.act(case, now, "pause", visit.stage, person=visit.person, text=text)
        back = calendar.add(now, 600 + self.span(visit.dice, self.scenario.waits.hours, 1))

        def resume(then: datetime) -> None:
            if case.over:
                return
            case.waited_s += self.office.elapsed(now, then)
            self.act(case, then, "resume", visit.stage, person=visit.person)
            done = calendar.add(then, max(60, left_s))
            self.at(done, lambda end: None if case.over else self._complete(visit, end, False))

        self.at(back, resume)

    def _complete(self, visit: Visit, now: datetime, decides: bool) -> None:
        case, scenario = visit.case, self.scenario
        if decides:
            declined = visit.dice.random() < scenario.declines and not case.planted
            outcome = "decline" if declined else "approve"
            text = visit.dice.choice(
                scenario.declined_because if declined else scenario.approved_because
            )
            self.act(case, now, "decide", visit.stage, text=text, choice=outcome)
            if declined:
                case.over = True
                return
        else:
            self.act(case, now, "complete", visit.stage, person=visit.person)
        assert case.marking is not None
        graph = self.setting.graph(case.phase)
        step = tokens.complete(graph, case.marking, visit.token, case.asked.values)
        self.move(case, now, step, visit.stage, visit.person)


def gate(calendar: BusinessCalendar, at: datetime, days: frozenset[int]) -> datetime:
    """The first open moment from ``at`` on that lies on one of the weekdays (0 = Monday)."""
    zone = ZoneInfo(calendar.zone)
    for since, until in calendar.open_spans(at, at + timedelta(days=GATE_DAYS)):
        if until > at and since.astimezone(zone).weekday() in days:
            return max(at, since)
    return at
