"""Rows of the matrix: knowledge. See ``matrix.py`` for the words.

The article is of the receiver's team and for the requester's department; its next version waits.
"""

from tests.permissions.asking import Row
from tests.permissions.world import Stage

WRITTEN = {"title": "What to hand in", "body": "The draft.", "audience": "team"}
RATED = {"version": "1", "helpful": "yes"}


def begun(stage: Stage) -> dict[str, object]:
    """An article of the receiver's team."""
    return {**WRITTEN, "team": stage.place("team")["key"], "go": "save"}


def begun_by_program(stage: Stage) -> dict[str, object]:
    """The same for the API."""
    return {**WRITTEN, "team": stage.place("team")["key"]}


def used(stage: Stage) -> dict[str, object]:
    """The published version."""
    return {"article": stage.article.pk, "version": 1}


# fmt: off
KNOWLEDGE = [
    Row("knowledge",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("article-new", send=begun,
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  go  go  go  go  go  go  go  in"),
    Row("article", "article",
        get="in  ok  ok  --  --  ok  --  --  in"),
    Row("article-edit", "article", {**WRITTEN, "go": "save"},
        get="in  no  ok  --  --  ok  --  --  in",
        post="in  no  go  --  --  go  --  --  in"),
    Row("article-publish", "article",
        post="in  no  no  --  --  go  --  --  in"),
    Row("article-review", "article",
        post="in  no  go  --  --  go  --  --  in"),
    Row("article-retire", "article",
        get="in  ok  ok  --  --  ok  --  --  in",
        post="in  no  go  --  --  go  --  --  in"),
    Row("article-helpful", "article", RATED,
        post="in  go  go  --  --  go  --  --  in"),
    Row("article-history", "article",
        get="in  ok  ok  --  --  ok  --  --  in"),
    Row("article-version", "article-version",
        get="in  ok  ok  --  --  ok  --  --  in"),
    Row("api-articles", send=begun_by_program,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  bad ok  bad bad ok  bad bad bad"),
    Row("api-article", "article", WRITTEN,
        get="un  ok  ok  --  --  ok  --  --  --",
        put="un  no  ok  --  --  ok  --  --  --"),
    Row("api-article-publish", "article",
        post="un  no  no  --  --  ok  --  --  --"),
    Row("api-article-review", "article",
        post="un  no  ok  --  --  ok  --  --  --"),
    Row("api-article-retire", "article",
        post="un  no  ok  --  --  ok  --  --  --"),
    Row("api-article-helpful", "article", {"version": 1, "helpful": True},
        put="un  ok  ok  --  --  ok  --  --  --"),
    Row("api-article-versions", "article",
        get="un  ok  ok  --  --  ok  --  --  --"),
    Row("api-article-version", "article-version",
        get="un  ok  ok  --  --  ok  --  --  --"),
    Row("visit-articles", "visit:claimed", used,
        get="in  no  ok  --  no  no  no  --  in",
        post="in  no  go  --  no  no  no  --  in"),
    # An executive decided as a member of a team.
    Row("request-write-up", "request:fulfilled",
        post="in  no  go  --  go  no  no  --  in"),
    Row("api-request-articles", "request:claimed",
        get="un  ok  ok  --  ok  ok  ok  --  --"),
    Row("api-visit-articles", "visit:claimed", used,
        post="un  no  ok  --  --  no  --  --  --"),
    Row("api-write-up", "request:fulfilled",
        post="un  no  ok  --  ok  no  no  --  no"),
    Row("api-offering-similar", "offering", {"data": {}},
        post="un  ok  ok  ok  ok  ok  ok  ok  ok"),
]
