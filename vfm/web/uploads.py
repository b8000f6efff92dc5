"""Files that people send: taken in after a look at what they hold, and what is said of one that is too large.

A request that is too large is answered before it is read. What was typed beside the file is found at the
beginning of such a request, as long as its form asks for the file last.
"""

import os
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import current_app, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio import multipart

from vfm.errors import FileUnavailable, Invalid, Problem
from vfm.gateways import file_kinds
from vfm.gateways.file_kinds import Kind
from vfm.web.current import wiring

THE_END = (multipart.NeedData, multipart.File, multipart.Epilogue)
"""What ends the fields before a file."""
LONGEST_BEGINNING = 256 * 1024
"""Bytes of a request that is too large in which what was typed is looked for."""
CHOOSE_AGAIN = "Choose the file again: a browser sends a file only once."
NOT_KEPT = "The file could not be kept, because the file store cannot be reached. Try again in a few minutes."


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent, of a kind that is taken."""

    stream: BinaryIO
    name: str
    kind: Kind

    @property
    def size(self) -> int:
        """Bytes; the stream is left at its beginning."""
        size = self.stream.seek(0, os.SEEK_END)
        self.stream.seek(0)
        return size


def sent(field: str = "file") -> Sent | None:
    """The file that this request brings, None where none was chosen.

    Raises:
        Invalid: it is of a kind that is not taken, too large, empty or damaged, at `file`.
    """
    found = request.files.get(field)
    if found is None or not found.filename:
        return None
    stream = cast(BinaryIO, found.stream)
    largest = wiring().settings.largest_file
    kind = file_kinds.recognised(stream, found.filename, largest=largest)
    return Sent(stream, file_kinds.shown(found.filename), kind)


def kept(file: Sent) -> str:
    """Put a file into the file store; its digest.

    Raises:
        Invalid: the store cannot keep it now, at `file`.
    """
    file.stream.seek(0)
    try:
        return wiring().files.put(file.stream)
    except FileUnavailable as error:
        current_app.logger.exception("a file was not kept")
        raise Invalid([Problem("file", NOT_KEPT)]) from error


def too_large() -> Problem:
    """What to say of a request that was not read for its size."""
    settings = wiring().settings
    size = request.content_length or settings.largest_file
    words = file_kinds.too_large(size, settings.largest_file)
    return Problem("file", f"What you sent was not read: it {words} Everything else you typed is still here.")


def typed_before_file() -> ImmutableMultiDict[str, str]:
    """The fields of a form that was too large to be read, up to its file; empty where none can be found."""
    _, options = parse_options_header(request.headers.get("Content-Type"))
    boundary = options.get("boundary", "").encode()
    most = request.max_content_length
    if not boundary or most is None or (request.content_length or 0) <= most:
        return ImmutableMultiDict()
    beginning = request.environ["wsgi.input"].read(LONGEST_BEGINNING)
    decoder = multipart.MultipartDecoder(boundary, max_form_memory_size=2 * LONGEST_BEGINNING)
    try:
        decoder.receive_data(beginning)
        return ImmutableMultiDict(_fields(decoder))
    except (ValueError, HTTPException):
        return ImmutableMultiDict()


def _fields(decoder: multipart.MultipartDecoder) -> MultiDict[str, str]:
    found: MultiDict[str, str] = MultiDict()
    name, words = "", bytearray()
    while not isinstance(event := decoder.next_event(), THE_END):
        if isinstance(event, multipart.Field):
            name, words = event.name, bytearray()
        elif isinstance(event, multipart.Data):
            words += event.data
            if not event.more_data:
                found.add(name, words.decode("utf-8", "replace"))
    return found
