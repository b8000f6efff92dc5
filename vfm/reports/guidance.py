"""Guidance in Markdown, taken apart for documents that are no web page; and the one reader of it.

Pure: text in, blocks of plain words out. What guidance may hold (paragraphs, lists, emphasis, links) is the
same wherever it is read, so the web's pages take the reader from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

# HTML in the text is shown as text, so that nobody's wording can change the page.
READER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "hr", "image"]
)

LISTS: dict[str, Literal["bullet", "number"]] = {"bullet_list": "bullet", "ordered_list": "number"}


@dataclass(frozen=True, slots=True)
class Run:
    """Some words in one look; a new line in them is one on the page."""

    words: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or one item of a list.

    Attributes:
        depth: 0 outside of lists, 1 in a list, 2 in a list inside it.
        number: an item's place in its list, from 1; 0 for a paragraph.
    """

    kind: Literal["paragraph", "bullet", "number"]
    runs: tuple[Run, ...]
    depth: int = 0
    number: int = 0

    @property
    def words(self) -> str:
        """All its words."""
        return "".join(run.words for run in self.runs)


@dataclass(slots=True)
class _List:
    """A list that is being read; opens: its next paragraph begins an item."""

    kind: Literal["bullet", "number"]
    items: int = 0
    opens: bool = False


def blocks(text: str) -> tuple[Block, ...]:
    r"""Markdown as blocks in reading order; none for a blank text.

    >>> [(block.kind, block.words) for block in blocks("Think of **last** year.\n\n- plans\n- figures")]
    [('paragraph', 'Think of last year.'), ('bullet', 'plans'), ('bullet', 'figures')]
    """
    return tuple(_blocks(READER.parse(text)))


def plain(text: str) -> str:
    r"""Markdown as plain lines, items after a dash or their number.

    >>> plain("Think of **last** year.\n\n1. plans\n2. figures")
    'Think of last year.\n1. plans\n2. figures'
    """
    marks = {"paragraph": "", "bullet": "– "}
    return "\n".join(
        f"{'  ' * (block.depth - 1)}{marks.get(block.kind, f'{block.number}. ')}{block.words}"
        for block in blocks(text)
    )


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    lists: list[_List] = []
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if name in LISTS:
            if end == "open":
                lists.append(_List(LISTS[name]))
            else:
                lists.pop()
        elif token.type == "list_item_open":
            lists[-1].items += 1
            lists[-1].opens = True
        elif token.type == "inline" or token.type in ("code_block", "fence"):
            runs = tuple(_runs(token.children)) if token.children else (Run(token.content.rstrip("\n")),)
            yield _block(runs, lists)


def _block(runs: tuple[Run, ...], lists: list[_List]) -> Block:
    if not lists or not lists[-1].opens:
        return Block("paragraph", runs, len(lists))
    lists[-1].opens = False
    return Block(lists[-1].kind, runs, len(lists), lists[-1].items)


@dataclass(slots=True)
class _Look:
    """How the words now read look, and the links that are open around them."""

    strong: int = 0
    em: int = 0
    links: list[tuple[str, list[str]]] = field(default_factory=list)

    def run(self, words: str) -> Run:
        for _, inside in self.links:
            inside.append(words)
        return Run(words, self.strong > 0, self.em > 0)


def _runs(children: Sequence[Token]) -> Iterator[Run]:
    look = _Look()
    for token in children:
        match token.type:
            case "strong_open" | "strong_close":
                look.strong += token.nesting
            case "em_open" | "em_close":
                look.em += token.nesting
            case "link_open":
                look.links.append((str(token.attrs.get("href", "")), []))
            case "link_close":
                address, inside = look.links.pop()
                # On paper a link says where it leads.
                if address.removeprefix("mailto:") != "".join(inside):
                    yield Run(f" ({address})")
            case "softbreak" | "hardbreak":
                yield look.run("\n")
            case _:
                yield look.run(token.content)
