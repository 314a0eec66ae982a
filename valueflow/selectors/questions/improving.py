"""What to do next: Q25."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
