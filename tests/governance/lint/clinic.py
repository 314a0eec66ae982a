"""The clinic's model and everything known beside it, complete and without a finding; to change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from governance import registries
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.files import read_directory
from governance.blueprint.lint import Facts, lint
from governance.blueprint.lint.facts import Flow, People, TeamFacts
from governance.blueprint.rights import Delegation, Holding, Person
from governance.blueprint.rights.findings import Standing
from governance.blueprint.serialise import build_spec, canonical, content_hash

MODEL = read_directory("tests/fixtures/clinic/model").elements
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PATH = ("Workflow", "lens-surgery-path")

HOLDS = {
    "receptionist": "beat",
    "practice-manager": "livia",
    "biometry-nurse": "sefora",
    "head-nurse": "gion",
    "ward-nurse": "gion",
    "medical-director": "meret",
    "eye-surgeon": "jost",
    "claims-clerk": "alva",
}
NAMES = {
    "beat": "Beat Aerni",
    "livia": "Livia Caduff",
    "sefora": "Sefora Nay",
    "gion": "Gion Derungs",
    "meret": "Meret Zumthor",
    "jost": "Jost Brügger",
    "alva": "Alva Hodel",
}
TEAMS = {
    "reception": "beat",
    "practice-management": "livia",
    "diagnostics": "sefora",
    "ward": "gion",
    "theatre": "meret",
    "insurance-desk": "alva",
}


BASE = Blueprint.from_elements(MODEL.values()).kept()


def written(element):
    """Text and hash of an element, as a change of a model takes them; None takes it out."""
    return element and (canonical(element.spec), content_hash(element.spec))


class Clinic:
    """A clinic that a test changes; ``findings`` is what the checks then say."""

    def __init__(self):
        self.elements = dict(MODEL)
        self.holdings = [Holding(role, person) for role, person in HOLDS.items()]
        self.left = set()
        self.teams = {
            team: TeamFacts(frozenset({lead}), frozenset({lead})) for team, lead in TEAMS.items()
        }
        self.skills, self.delegations, self.programs = [], [], []
        self.covered = set(HOLDS)
        self.flow = {}

    # --- the model ---

    def add(self, kind, key, /, **fields):
        """A new element, or another one in the place of an old."""
        self.elements[kind, key] = Element(kind, key, 1, build_spec(kind, fields))

    def content(self, kind, key):
        """All fields of an element, to be written back by ``add``."""
        return self.elements[kind, key].spec.model_dump()

    def edit(self, kind, key, /, **fields):
        """Some fields of an element."""
        self.add(kind, key, **{**self.content(kind, key), **fields})

    def drop(self, kind, key):
        """Takes an element out."""
        del self.elements[kind, key]

    def copy(self, kind, key, name, /, **fields):
        """Another element like one there is."""
        self.add(kind, name, **{**self.content(kind, key), **fields})

    def stage(self, key, /, **fields):
        """Some fields of a stage."""
        content = self.content(*PATH)
        next(one for one in content["stages"] if one["key"] == key).update(fields)
        self.add(*PATH, **content)

    def stages(self, *new):
        """More stages."""
        self.edit(*PATH, stages=[*self.content(*PATH)["stages"], *new])

    def ways(self, *new, without=()):
        """More ways from stage to stage, and some fewer."""
        flows = self.content(*PATH)["flows"]
        kept = [one for one in flows if (one["source"], one["target"]) not in without]
        self.edit(*PATH, flows=[*kept, *new])

    def form(self, *fields):
        """More questions of the form."""
        content = self.content("Offering", "planned-lens-surgery")
        content["form"]["sections"][0]["fields"] += tuple(fields)
        self.add("Offering", "planned-lens-surgery", **content)

    def question(self, key, /, **fields):
        """Some fields of a question of the form."""
        content = self.content("Offering", "planned-lens-surgery")
        asked = [f for section in content["form"]["sections"] for f in section["fields"]]
        next(one for one in asked if one["key"] == key).update(fields)
        self.add("Offering", "planned-lens-surgery", **content)

    def right(self, key, role, part="decide", kind="accept-cost-risk", **fields):
        """A right, new or in the place of an old."""
        self.add("DecisionRight", key, decision_type=kind, role=role, part=part, **fields)

    def critical(self):
        """The clinic's stream is critical, with all that takes."""
        stream = {"criticality": "critical", "sponsor_role": "medical-director"}
        self.edit("ValueStream", "referral-to-theatre", **stream)

    # --- the people ---

    def gives(self, giver, to, role, *, days=10, accepted=NOW):
        """A holder lets somebody act in a role."""
        start = NOW.replace(day=1)
        self.delegations.append(
            Delegation(
                f"{giver}-{to}",
                giver,
                to,
                start,
                datetime.fromordinal(start.toordinal() + days).replace(tzinfo=UTC, hour=9),
                role=role,
                accepted_at=accepted,
            )
        )

    def holds(self, person, *roles, end=None):
        """Somebody holds more roles."""
        self.holdings += [Holding(role, person, end=end) for role in roles]

    def vacates(self, role):
        """Nobody holds a role any more."""
        self.holdings = [one for one in self.holdings if one.role != role]

    # --- what comes of it ---

    @property
    def blueprint(self):
        """The model as it stands; what nobody changed is read once for all tests."""
        items = self.elements.keys() | MODEL.keys()
        return BASE.changed(
            {
                item: written(self.elements.get(item))
                for item in items
                if self.elements.get(item) is not MODEL.get(item)
            }
        )

    @property
    def facts(self):
        """What is known beside the model."""
        people = {ref: Person(ref, name, ref not in self.left) for ref, name in NAMES.items()}
        return Facts(
            today=TODAY,
            people=People(
                standing=Standing(NOW, self.holdings, people),
                teams=self.teams,
                skills=self.skills,
                delegations=self.delegations,
                covered=frozenset(self.covered),
                programs=self.programs,
            ),
            flow=Flow(**self.flow),
        )

    @property
    def findings(self):
        """What all checks say."""
        return lint(self.blueprint, self.facts, registries.lint_rules())


@dataclass(frozen=True)
class Case:
    """A change after which a check finds something, and one like it after which it does not."""

    fails: object
    passes: object
