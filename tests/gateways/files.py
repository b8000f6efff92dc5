"""Small files of every kind, good and bad, made on the spot."""

import io
import zipfile
import zlib

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document.main+xml"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 20 + b"\xff\xd9"


def png(wide: int = 2, high: int = 1) -> bytes:
    """A picture; of a huge one only the beginning says so."""
    header = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    dots = zlib.compress(b"\x00\x00\x00" * min(high, 2))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", dots) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def archive(**members: str | bytes) -> bytes:
    """An archive; in a member's name `__` stands for a slash and `_dot_` for a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def office(content_type: str = WORD, **members: str | bytes) -> bytes:
    """An Office document as far as its table of contents tells."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{content_type}"/></Types>'
    made = io.BytesIO(archive(**members))
    with zipfile.ZipFile(made, "a" if members else "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("[Content_Types].xml", types)
    return made.getvalue()


def open_document(kind: str = "text", manifest: str = "<manifest/>") -> bytes:
    return archive(
        mimetype=f"application/vnd.oasis.opendocument.{kind}", content_dot_xml="<x/>",
        **{"META-INF__manifest_dot_xml": manifest},
    )  # fmt: skip


def locked(raw: bytes) -> bytes:
    """The same archive with its members marked as encrypted."""
    marked = bytearray(raw)
    at = marked.find(b"PK\x01\x02")
    while at >= 0:
        marked[at + 8] |= 1
        at = marked.find(b"PK\x01\x02", at + 4)
    return bytes(marked)
