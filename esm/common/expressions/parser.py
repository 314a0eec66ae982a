"""Words to a tree, by recursive descent. Loosest first: or, and, not, comparison, + -, *, sign."""

from datetime import timedelta
from decimal import Decimal
from typing import TypeGuard

from esm.common.expressions import lexer, values
from esm.common.expressions.language import MAX_DEPTH, ExpressionError
from esm.common.expressions.lexer import Lexeme, Word
from esm.common.expressions.nodes import (
    Arithmetic,
    Comparison,
    Junction,
    Literal,
    Membership,
    Minus,
    Negation,
    Node,
    Presence,
    Variable,
)

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_CONSTANTS = {"true": True, "false": False, "null": None}


def parse_tree(source: str) -> Node:
    """The tree of ``source``. Raises ``ExpressionError``."""
    words = lexer.read(source)
    if len(words) == 1:
        raise ExpressionError(0, "The expression is empty.")
    return _Parser(words).whole()


def _is_number(node: Node) -> TypeGuard[Literal]:
    return isinstance(node, Literal) and isinstance(node.value, Decimal | timedelta)


class _Parser:
    def __init__(self, words: list[Lexeme]) -> None:
        self._words = words
        self._next = 0
        self._depth = 0
        self.word = words[0]

    def _advance(self) -> Lexeme:
        taken = self.word
        self._next += 1
        self.word = self._words[min(self._next, len(self._words) - 1)]
        return taken

    def _take(self, *texts: str) -> Lexeme | None:
        """The current word when it is one of these keywords or symbols, else None."""
        if self.word.kind in (Word.KEYWORD, Word.SYMBOL) and self.word.text in texts:
            return self._advance()
        return None

    def _expect(self, text: str, sentence: str) -> None:
        if self._take(text) is None:
            raise ExpressionError(self.word.position, sentence)

    def _deeper(self, position: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(position, f"Parts are nested more than {MAX_DEPTH} deep.")

    def whole(self) -> Node:
        tree = self._alternative()
        if self.word.kind is not Word.END:
            raise ExpressionError(self.word.position, self._leftover())
        return tree

    def _leftover(self) -> str:
        """Why the text goes on although the expression is complete."""
        word = self.word
        before = self._words[self._next - 1]
        if word.text in _COMPARISONS:
            return "Comparisons cannot be chained; join them with “and”."
        if word.text == "(" and before.kind is Word.NAME:
            return "There are no functions; write “name is present” or compare the value."
        return f"“{word.text}” is not expected here; is an “and” or “or” missing?"

    def _alternative(self) -> Node:
        return self._junction("or")

    def _junction(self, operator: str) -> Node:
        position = self.word.position
        parts = [self._junction("and") if operator == "or" else self._negation()]
        while self._take(operator):
            parts.append(self._junction("and") if operator == "or" else self._negation())
        return parts[0] if len(parts) == 1 else Junction(position, operator, tuple(parts))

    def _negation(self) -> Node:
        word = self._take("not")
        if word is None:
            return self._comparison()
        self._deeper(word.position)
        operand = self._negation()
        self._depth -= 1
        return Negation(word.position, operand)

    def _comparison(self) -> Node:
        left = self._sum()
        word = self._take(*_COMPARISONS)
        if word is not None:
            return Comparison(word.position, word.text, left, self._sum())
        word = self._take("is")
        if word is not None:
            return self._presence(word, left)
        word = self._take("not")
        if word is not None:
            self._expect("in", "After a value, “not” is followed by “in”.")
            return self._membership(word, left, negated=True)
        word = self._take("in")
        return left if word is None else self._membership(word, left, negated=False)

    def _presence(self, word: Lexeme, left: Node) -> Node:
        state = self._take("present", "absent")
        if state is None:
            raise ExpressionError(
                self.word.position, "After “is” comes “present” or “absent”; “equals” is ==."
            )
        if not isinstance(left, Variable):
            raise ExpressionError(word.position, "Only a variable can be present or absent.")
        return Presence(left.position, left, state.text == "absent")

    def _membership(self, word: Lexeme, left: Node, *, negated: bool) -> Node:
        if self.word.kind is Word.NAME:
            name = self._advance()
            return Membership(word.position, left, Variable(name.position, name.text), negated)
        self._expect("[", "After “in” comes a list in brackets or the name of a list.")
        items = [self._sum()]
        while self._take(","):
            items.append(self._sum())
        self._expect("]", "This list has no closing bracket.")
        return Membership(word.position, left, tuple(items), negated)

    def _sum(self) -> Node:
        return self._chain(("+", "-"))

    def _chain(self, operators: tuple[str, ...]) -> Node:
        position = self.word.position
        result = self._factor(operators)
        rest: list[tuple[str, int, Node]] = []
        while word := self._take(*operators):
            operand = self._factor(operators)
            if not rest and _is_number(result) and _is_number(operand):
                result = self._folded(word, result, operand)
            else:
                rest.append((word.text, word.position, operand))
        return Arithmetic(position, result, tuple(rest)) if rest else result

    def _factor(self, operators: tuple[str, ...]) -> Node:
        return self._sign() if "*" in operators else self._chain(("*",))

    def _folded(self, word: Lexeme, a: Literal, b: Literal) -> Literal:
        """Constants are computed once, here, where a result that is none can still be named."""
        value = values.compute(word.text, a.value, b.value)
        if value is None:
            raise ExpressionError(
                word.position, "This cannot be computed, or the result has too many digits."
            )
        return Literal(a.position, value)  # type: ignore[arg-type]

    def _sign(self) -> Node:
        word = self._take("-")
        if word is None:
            return self._primary()
        self._deeper(word.position)
        operand = self._sign()
        self._depth -= 1
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(word.position, operand.value.copy_negate())
        return Minus(word.position, operand)

    def _primary(self) -> Node:
        word = self._advance()
        if word.kind in (Word.NUMBER, Word.TEXT, Word.DURATION):
            return Literal(word.position, word.value)
        if word.kind is Word.NAME:
            return Variable(word.position, word.text)
        if word.text in _CONSTANTS:
            return Literal(word.position, _CONSTANTS[word.text])
        if word.text == "(":
            self._deeper(word.position)
            inner = self._alternative()
            self._expect(")", "This parenthesis is not closed.")
            self._depth -= 1
            return inner
        if word.text == "[":
            raise ExpressionError(word.position, "A list stands only after “in”.")
        if word.kind is Word.END:
            raise ExpressionError(word.position, "The expression ends too early.")
        raise ExpressionError(word.position, f"A value is missing before “{word.text}”.")
