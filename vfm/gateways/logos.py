"""A logo somebody uploads: told by its content, never by its name, and refused when it could do harm."""

from collections.abc import Mapping

from vfm.errors import Invalid, Problem

LARGEST = 200 * 1024
"""Bytes."""

SVG = "image/svg+xml"
FORBIDDEN = {"script", "foreignObject", "iframe", "embed", "object", "audio", "video", "animate", "set"}
"""Parts of an SVG that can run or load something."""


def media_type(content: bytes) -> str:
    """`image/png`, `image/jpeg` or `image/svg+xml`, by what the file holds.

    Raises:
        Invalid: too large, another kind of file, or a drawing that runs or loads something, at `logo`.
    """
    if len(content) > LARGEST:
        raise _refused(f"The logo has {len(content) // 1024} kB. Use one of at most {LARGEST // 1024} kB.")
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-12:]:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return "image/jpeg"
    if b"<svg" in content or b":svg" in content:
        _check_drawing(content)
        return SVG
    raise _refused("That is not a whole PNG, JPEG or SVG picture. Choose another file.")


def _check_drawing(content: bytes) -> None:
    from defusedxml import DefusedXmlException, ElementTree  # seldom needed

    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, ValueError, DefusedXmlException) as error:
        raise _refused("That SVG cannot be read. Save it as “plain SVG”, or use a PNG.") from error
    if _plain(root.tag) != "svg" or any(_is_harmful(part.tag, part.attrib) for part in root.iter()):
        raise _refused("That SVG runs or loads something. Save it as “plain SVG”, or use a PNG.")


def _is_harmful(tag: object, attributes: Mapping[str, str]) -> bool:
    return (
        _plain(str(tag)) in FORBIDDEN  # the tag of a comment is no text
        or any(_plain(name).lower().startswith("on") for name in attributes)
        or any(_leads_out(name, words) for name, words in attributes.items())
    )


def _leads_out(name: str, words: str) -> bool:
    """An href to anything but a part of the same drawing or an embedded picture."""
    return _plain(name) in ("href", "src") and not words.strip().startswith(("#", "data:image/"))


def _plain(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _refused(words: str) -> Invalid:
    return Invalid([Problem("logo", words)])
