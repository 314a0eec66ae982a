"""What the last version changed: Q23."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
