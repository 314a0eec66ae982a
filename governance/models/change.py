"""Changes of the model as people propose and agree them: proposals, rounds, answers, objections."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.decisions import Decision
from governance.models.people import Person
from governance.models.versions import ModelVersion


class ChangeProposal(ChainParent):
    """Somebody wants the model to change: what hurts, what is to be different, what it shall bring.

    It says for each of people, process, technology and governance what changes there, and is
    carried by a draft. From the round on its state follows that of its version.
    """

    CHAIN = "proposal"

    class State(models.TextChoices):
        DRAFT = "draft", "being written"
        SOCIALISING = "socialising", "open for remarks"
        CONSENT = "consent", "asked for consent"
        INTEGRATING = "integrating", "working in objections"
        AGREED = "agreed", "agreed"
        SCHEDULED = "scheduled", "has its day"
        ADOPTED = "adopted", "in force"
        VERIFIED = "verified", "came true"
        ROLLED_BACK = "rolled_back", "taken back"
        REJECTED = "rejected", "turned down"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Kind(models.TextChoices):
        PEOPLE = "people", "people"
        PROCESS = "process", "process"
        TECHNOLOGY = "technology", "technology"
        GOVERNANCE = "governance", "governance"

    # What may still be changed by who wrote it.
    WRITING = ("draft", "socialising")
    ENDED = ("verified", "rolled_back", "rejected", "withdrawn")

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    tension = models.TextField(help_text="What hurts today.")
    evidence = models.TextField(blank=True, help_text="How one sees that it hurts.")
    findings = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="Marks of findings."
    )
    people_text = models.TextField(blank=True)
    process_text = models.TextField(blank=True)
    technology_text = models.TextField(blank=True)
    governance_text = models.TextField(blank=True)
    measures = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Keys of measures."
    )
    rights = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Keys, or “none”."
    )
    handoffs = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Keys, or “none”."
    )
    skills = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Keys, or “none”."
    )
    benefit = models.TextField(blank=True, help_text="What it is expected to bring.")
    version = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals"
    )
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proposals")
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(default=clock.now)
    review_at = models.DateField(null=True, blank=True, help_text="When one looks what came of it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(tension="") & ~models.Q(title=""), name="proposal_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "socialising", "rejected", "withdrawn"])
                | models.Q(version__isnull=False),
                name="proposal_carried_by_a_version",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="proposal_state")]
        triggers = [pgtrigger.Protect(name="proposal_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"P-{self.number}"

    @property
    def texts(self) -> dict[str, str]:
        """The four answers by what they are about."""
        return {
            "people": self.people_text,
            "process": self.process_text,
            "technology": self.technology_text,
            "governance": self.governance_text,
        }


class ConsentRound(models.Model):
    """A version is put to those whom it changes, until a deadline; its content does not change.

    ``silence_consents``: the policy of the organisation takes silence of who could be reached as
    consent. ``decision`` is whether the operating model is changed, asked when the round is over.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "open"
        AGREED = "agreed", "agreed"
        RETURNED = "returned", "taken back to be worked on"
        WITHDRAWN = "withdrawn", "withdrawn"
        DECLINED = "declined", "declined"

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    deadline = models.DateTimeField()
    silence_consents = models.BooleanField(default=False)
    content_hash = models.BinaryField(max_length=32)
    reach = models.CharField(max_length=100, blank=True, help_text="Risk class of the decision.")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was taken back.")
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("version_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="round_number"),
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(closed_at__isnull=True),
                name="round_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="round_closed_how",
            ),
            models.CheckConstraint(
                condition=models.Q(deadline__gt=models.F("opened_at")), name="round_has_time"
            ),
        ]
        triggers = [pgtrigger.Protect(name="round_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.version.code}, round {self.number}"


class ConsentAnswer(models.Model):
    """One person is asked in a round, why they are asked, and what they answered last.

    ``mark`` is the mark of what the version changes for them (``impact``): where it is the same in
    the next round, their answer counts there as well and ``carried`` says so. Earlier answers stand
    in the ledger.
    """

    class Answer(models.TextChoices):
        NONE = "", "not answered"
        NO_OBJECTION = "no_objection", "consents"
        CONCERN = "concern", "has a concern"
        OBJECTION = "objection", "objects"
        ABSTAIN = "abstain", "abstains"

    class Part(models.TextChoices):
        AGREE = "agree", "has to agree"
        AFFECTED = "affected", "it changes something for them"
        INVITED = "invited", "asked for their view"

    round = models.ForeignKey(ConsentRound, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    part = models.CharField(max_length=10, choices=Part.choices)
    roles = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    mark = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    text = models.TextField(blank=True)
    degree = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How much it changes for them, from 0 to 5, as they say."
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who stood in for them.",
    )
    excused = models.CharField(
        max_length=200, blank=True, help_text="Why the round went on without their answer."
    )
    carried = models.BooleanField(default=False, help_text="Given in an earlier round.")

    class Meta:
        ordering = ("round_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="consent_asked_once"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="consent_answered_when",
            ),
            models.CheckConstraint(
                condition=models.Q(degree__isnull=True) | models.Q(degree__lte=5),
                name="consent_degree",
            ),
        ]
        indexes = [models.Index(fields=["person", "round"], name="consent_person")]
        triggers = [pgtrigger.Protect(name="consent_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_answer_display()}"


ONLY_BEFORE_AGREED = """
    IF NEW.state IN ('raised', 'testing', 'valid', 'integrating') AND EXISTS (
        SELECT 1 FROM governance_modelversion v WHERE v.id = NEW.version_id
            AND v.state IN ('agreed', 'published', 'retired')
    ) THEN
        RAISE EXCEPTION 'version % is agreed; nobody objects to it any more', NEW.version_id;
    END IF;
    RETURN NEW;
"""


class Objection(models.Model):
    """A reason why a version would do harm; until it is settled the version cannot be agreed.

    The five questions are answered by who tests it: would adopting it cause concrete harm, is it
    caused by this change, is it known now, does it touch a role of who objects, does it break a
    rule. Overruled it is by whoever decides on changes of the model, with a reason.
    """

    class State(models.TextChoices):
        RAISED = "raised", "raised"
        TESTING = "testing", "being tested"
        VALID = "valid", "valid"
        NOT_VALID = "not_valid", "not valid"
        INTEGRATING = "integrating", "being worked in"
        RESOLVED = "resolved", "worked in"
        WITHDRAWN = "withdrawn", "withdrawn"
        OVERRULED = "overruled", "overruled"

    OPEN = ("raised", "testing", "valid", "integrating")
    QUESTIONS = ("harm", "caused", "known_now", "own_role", "breaks_rule")

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="objections")
    round = models.ForeignKey(ConsentRound, on_delete=models.PROTECT, related_name="objections")
    number = models.PositiveSmallIntegerField(help_text="Within its version.")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="objections")
    role_key = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.RAISED)
    raised_at = models.DateTimeField(default=clock.now)
    harm = models.BooleanField(null=True, blank=True)
    caused = models.BooleanField(null=True, blank=True)
    known_now = models.BooleanField(null=True, blank=True)
    own_role = models.BooleanField(null=True, blank=True)
    breaks_rule = models.BooleanField(null=True, blank=True)
    tested_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tested_at = models.DateTimeField(null=True, blank=True)
    test_reason = models.TextField(blank=True)
    settled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settlement = models.TextField(blank=True, help_text="What was changed, or why it is overruled.")

    class Meta:
        ordering = ("version_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="objection_number"),
            models.CheckConstraint(condition=~models.Q(text=""), name="objection_says_why"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["not_valid", "overruled"])
                | ~models.Q(test_reason="", settlement=""),
                name="objection_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["raised", "testing", "valid", "integrating"],
                    settled_at__isnull=True,
                )
                | models.Q(
                    state__in=["not_valid", "resolved", "withdrawn", "overruled"],
                    settled_at__isnull=False,
                ),
                name="objection_settled_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["version"],
                condition=models.Q(state__in=["raised", "testing", "valid", "integrating"]),
                name="objection_open",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="objection_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="objection_before_agreed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=ONLY_BEFORE_AGREED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.code}, objection {self.number}"

    @property
    def open(self) -> bool:
        """It keeps the version from being agreed."""
        return self.state in self.OPEN
