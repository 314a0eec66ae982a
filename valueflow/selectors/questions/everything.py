"""All questions in the order of their codes."""

from valueflow.selectors.questions import deciding, flows, improving, people, serving, versions
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.protected_answers import protect


def questions() -> tuple[Question, ...]:
    """Every question, Q1 first."""
    groups = (flows, deciding, serving, people, versions, improving)
    found = [protect(question) for group in groups for question in group.QUESTIONS]
    return tuple(sorted(found, key=lambda question: int(question.code[1:])))


def question(slug: str) -> Question | None:
    """One question by its slug."""
    return next((one for one in questions() if one.slug == slug), None)
