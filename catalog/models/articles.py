"""What a team knows, written down for those who ask and for those who work."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import Person, Team


class Article(ChainParent):
    """A piece of knowledge that one team answers for; what it says stands in its versions.

    ``current`` is the version published last, ``draft`` the one that is being written.
    """

    CHAIN = "article"

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"
        RETIRED = "retired", "retired"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="articles")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    current = models.OneToOneField(
        "ArticleVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draft = models.OneToOneField(
        "ArticleVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_on = models.DateField(null=True, blank=True, help_text="The team looks at it again.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", current=None)
                | models.Q(state__in=["published", "retired"], current__isnull=False),
                name="article_published_has_version",
            )
        ]
        indexes = [models.Index(fields=["state", "review_on"], name="article_review")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The number people know it by, such as K-17."""
        return f"K-{self.pk}"

    @property
    def shown(self) -> "ArticleVersion | None":
        """What readers see, or what is written where nothing was published; both at hand."""
        return self.current or self.draft


class ArticleVersion(models.Model):
    """What an article says at one time, and for whom; once published it never changes."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", "Everyone"
        DEPARTMENTS = "departments", "Some departments"
        TEAM = "team", "Only the team"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True, help_text="Markdown.")
    audience = models.CharField(max_length=11, choices=Audience.choices, default=Audience.TEAM)
    departments = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    services = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    stages = ArrayField(
        models.CharField(max_length=201), default=list, blank=True, help_text="workflow/stage"
    )
    review_on = models.DateField(null=True, blank=True)
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    plain = models.CharField(max_length=500, blank=True, help_text="Title and summary, folded.")
    words = SearchVectorField(null=True)

    class Meta:
        ordering = ("article_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once")
        ]
        indexes = [
            GinIndex(fields=["words"], name="article_words"),
            GinIndex(fields=["plain"], opclasses=["gin_trgm_ops"], name="article_plain"),
            GinIndex(fields=["services"], name="article_services"),
            GinIndex(fields=["stages"], name="article_stages"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_article_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}/{self.number}"


class ArticleVote(models.Model):
    """Whether a version helped one person; the last answer counts."""

    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    helpful = models.BooleanField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="article_vote_once")
        ]

    def __str__(self) -> str:
        return f"vote {self.pk}"
