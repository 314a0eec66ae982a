"""How work flows: Q1 to Q8, and what delay costs (Q24)."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
