"""Guidance in Markdown, taken apart for documents."""

import pytest

from vfm.reports.guidance import Block, Run, blocks, plain


def test_words_keep_their_emphasis() -> None:
    (block,) = blocks("Think of **last** year, *not* this one")
    assert block.runs == (
        Run("Think of "),
        Run("last", is_bold=True),
        Run(" year, "),
        Run("not", is_italic=True),
        Run(" this one"),
    )


def test_items_know_their_list_and_their_place() -> None:
    found = blocks("First:\n\n- one\n- two\n\n  more of two\n    1. inside\n    2. last\n\nAfter")
    assert [(block.kind, block.words, block.depth, block.number) for block in found] == [
        ("paragraph", "First:", 0, 0),
        ("bullet", "one", 1, 1),
        ("bullet", "two", 1, 2),
        ("paragraph", "more of two", 1, 0),
        ("number", "inside", 2, 1),
        ("number", "last", 2, 2),
        ("paragraph", "After", 0, 0),
    ]


def test_a_list_inside_a_list() -> None:
    found = blocks("1. one\n   - a\n   - b\n2. two")
    assert [(block.kind, block.words, block.depth, block.number) for block in found] == [
        ("number", "one", 1, 1),
        ("bullet", "a", 2, 1),
        ("bullet", "b", 2, 2),
        ("number", "two", 1, 2),
    ]
    assert plain("1. one\n   - a\n   - b\n2. two") == "1. one\n  – a\n  – b\n2. two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See [the guide](https://example.org/a)", "See the guide (https://example.org/a)"),
        ("See <https://example.org/a>", "See https://example.org/a"),
        ("Ask <help@example.org>", "Ask help@example.org"),
        ("Two\nlines", "Two\nlines"),
        ("    code", "code"),
        ("`code`", "code"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("# No heading", "# No heading"),
        ("Fish &amp; chips", "Fish & chips"),
    ],
)
def test_what_it_says_on_paper(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize("blank", ["", "  \n "])
def test_a_blank_text_has_no_blocks(blank: str) -> None:
    assert blocks(blank) == ()
    assert plain(blank) == ""


def test_a_block_is_its_words() -> None:
    assert Block("paragraph", (Run("a"), Run("b"))).words == "ab"
