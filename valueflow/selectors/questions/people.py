"""Whether people follow and how it feels: Q18 to Q21."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
