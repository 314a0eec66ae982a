"""How decisions are taken: Q9 to Q12."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
