"""What the work serves and whether it is clear: Q13 to Q17."""

from valueflow.selectors.questions.catalogue import Question

QUESTIONS: tuple[Question, ...] = ()
