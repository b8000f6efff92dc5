"""The formulas of an XLSForm (a small part of XPath) as trees; read by rule, never evaluated.

or_      := and_ ("or" and_)*
and_     := equal ("and" equal)*
equal    := order (("=" | "!=") order)*
order    := sum (("<" | "<=" | ">" | ">=") sum)*
sum      := product (("+" | "-") product)*
product  := sign (("*" | "div" | "mod") sign)*
sign     := "-" sign | value
value    := number | text | "${name}" | "." | name "(" [or_ ("," or_)*] ")" | "(" or_ ")"
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 5_000
"""Characters of one formula."""
DEEPEST = 15
"""Brackets and functions inside one another; also steps of one rank that cannot be joined."""
JOINED = ("or", "and", "+", "*")
"""Operators that take any number of arguments at once."""

TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<text>'[^']*'|"[^"]*")
      | \$\{\s*(?P<name>[^{}]*?)\s*\}
      | (?P<word>[A-Za-z_][\w\-]*(?::[A-Za-z_][\w\-]*)?)
      | (?P<sign><=|>=|!=|[-=<>+*(),.])
    )""",
    re.VERBOSE,
)
QUOTES = str.maketrans("‘’“”", "''\"\"")
"""Excel puts typographic quotes for straight ones."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text."""

    value: float | str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question: `${name}`; the question the formula stands at for the name None."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; operators too, under their sign: `and`, `<=`, `div`, `-`."""

    function: str
    arguments: "tuple[Tree, ...]"


Tree = Literal | Answer | Call


class Unreadable(ValueError):
    """A formula that this grammar does not know; the message says where."""


def parse(formula: str) -> Tree:
    """The tree of a formula.

    Raises:
        Unreadable: it does not follow the grammar, is longer than 5,000 characters or too deeply nested.
    """
    if len(formula) > LONGEST:
        raise Unreadable(f"the formula is longer than {LONGEST:,} characters")
    reader = _Reader(list(_tokens(formula.translate(QUOTES))))
    tree = reader.read_or()
    if reader.next != END:
        raise Unreadable(f"“{reader.next[1]}” stands where the formula should end")
    return tree


Token = tuple[str, str]
END: Token = ("end", "")


def _tokens(formula: str) -> Iterator[Token]:
    position, formula = 0, formula.rstrip()
    while position < len(formula):
        found = TOKEN.match(formula, position)
        if found is None or found.lastgroup is None:
            raise Unreadable(f"“{formula[position:].strip()[:20]}” is not understood")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = [*tokens, END]
        self._at = self._depth = 0

    @property
    def next(self) -> Token:
        """The token not taken yet."""
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self.next
        self._at += token != END
        return token

    def _assert(self, sign: str) -> None:
        kind, written = self._take()
        if (kind, written) != ("sign", sign):
            raise Unreadable(f"“{sign}” is missing before “{written}”" if written else f"“{sign}” is missing")

    def _chain(self, inner: Callable[[], Tree], *operators: Token) -> Tree:
        """Operators of one rank, taken from the left."""
        tree, steps = inner(), 0
        while self.next in operators:
            _, operator = self._take()
            right = inner()
            if operator in JOINED and isinstance(tree, Call) and tree.function == operator:
                tree = Call(operator, (*tree.arguments, right))
            else:
                steps += 1
                tree = Call(operator, (tree, right))
            if steps > DEEPEST:
                raise Unreadable(f"more than {DEEPEST} steps follow one another")
        return tree

    def read_or(self) -> Tree:
        """A whole formula, or what stands in brackets."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("the brackets are nested too deeply")
        tree = self._chain(self._and, ("word", "or"))
        self._depth -= 1
        return tree

    def _and(self) -> Tree:
        return self._chain(self._equal, ("word", "and"))

    def _equal(self) -> Tree:
        return self._chain(self._order, ("sign", "="), ("sign", "!="))

    def _order(self) -> Tree:
        return self._chain(self._sum, *(("sign", sign) for sign in ("<", "<=", ">", ">=")))

    def _sum(self) -> Tree:
        return self._chain(self._product, ("sign", "+"), ("sign", "-"))

    def _product(self) -> Tree:
        return self._chain(self._signed, ("sign", "*"), ("word", "div"), ("word", "mod"))

    def _signed(self) -> Tree:
        signs = 0
        while self.next == ("sign", "-"):
            self._take()
            signs += 1
        tree = self._value()
        return Call("-", (tree,)) if signs % 2 else tree

    def _value(self) -> Tree:
        kind, written = self._take()
        if kind == "number":
            return Literal(float(written))
        if kind == "text":
            return Literal(written[1:-1])
        if kind == "name":
            return Answer(written)
        if kind == "word":
            return Call(written, self._arguments(written))
        if written == ".":
            return Answer(None)
        if written == "(":
            tree = self.read_or()
            self._assert(")")
            return tree
        raise Unreadable(
            f"a value is missing before “{written}”" if written else "a value is missing at the end"
        )

    def _arguments(self, function: str) -> "tuple[Tree, ...]":
        if self.next != ("sign", "("):
            raise Unreadable(f"“{function}” is a path or a name without ${{ }}")
        self._take()
        if self.next == ("sign", ")"):
            self._take()
            return ()
        arguments = [self.read_or()]
        while self.next == ("sign", ","):
            self._take()
            arguments.append(self.read_or())
        self._assert(")")
        return tuple(arguments)
