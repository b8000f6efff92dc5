"""Files kept by what they hold: on disk or in an S3-compatible store, as the settings say.

A file is found by its digest, the SHA-256 of its content; nothing is ever overwritten or deleted here, and
what is read is checked against its digest before any of it is handed out.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from vfm.errors import FileUnavailable, Invalid, Problem
from vfm.settings import Settings

BLOCK = 1 << 20
"""Bytes handled at a time, so that no file is ever in memory whole."""
SINGLE_PART = 64 * BLOCK
"""Up to this size an S3-compatible store takes a file in one request."""
SECONDS = 15
"""How long the answer of an S3-compatible store is waited for."""
DIGEST = re.compile(r"[0-9a-f]{64}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ABSENT = ("NoSuchKey", "NoSuchObject")
NO_PLACE = "is no place for files. Give a folder, or s3://BUCKET?endpoint=https://HOST."
DAMAGED = "the stored file {digest} does not hold what it held when it was stored"
MISSING = "the stored file {digest} is missing"


class FileStore(Protocol):
    """Where files are kept."""

    def put(self, content: bytes | BinaryIO) -> str:
        """Keep what a file holds, from a stream from where it stands; its digest.

        Raises:
            FileUnavailable: it could not be kept.
        """

    def open(self, digest: str) -> BinaryIO:
        """What was kept, checked, to be read once and closed.

        Raises:
            FileUnavailable: it is missing or damaged, or the store cannot be reached.
        """

    def exists(self, digest: str) -> bool:
        """True when it was kept.

        Raises:
            FileUnavailable: the store cannot be reached.
        """


def from_settings(settings: Settings) -> FileStore:
    """The store at `settings.files`: a folder, or `s3://BUCKET?endpoint=https://HOST`.

    Raises:
        Invalid: the address cannot be understood, its keys are missing, or the client is not installed.
    """
    if "://" not in settings.files:
        return DiskStore(Path(settings.files))
    if not settings.s3_key or not settings.s3_secret:
        words = "Set them to the key and the secret of the store that VFM_FILES names."
        raise Invalid([Problem("VFM_S3_KEY and VFM_S3_SECRET", words)])
    try:
        return _s3_store(settings)
    except ValueError as error:
        raise Invalid([Problem("VFM_FILES", f"{settings.files!r} {NO_PLACE}")]) from error


def _s3_store(settings: Settings) -> "S3Store":
    """The store at an address such as `s3://BUCKET?endpoint=https://HOST`.

    Raises:
        ValueError: it is written otherwise.
    """
    parts = urlsplit(settings.files)
    options = dict(parse_qsl(parts.query))
    endpoint = urlsplit(options.get("endpoint", ""))
    is_understood = parts.scheme == "s3" and endpoint.scheme in ("http", "https") and endpoint.netloc
    if not is_understood or not BUCKET.fullmatch(parts.netloc) or endpoint.path.strip("/"):
        raise ValueError(settings.files)
    return S3Store(
        parts.netloc,
        endpoint.netloc,
        settings.s3_key,
        settings.s3_secret,
        region=options.get("region", "us-east-1"),
        is_secure=endpoint.scheme == "https",
    )


class DiskStore:
    """Files in a folder, spread over subfolders by the beginning of their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes | BinaryIO) -> str:
        """As `FileStore.put`: written beside its place, flushed to the disk, then renamed into it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._put(content)
        except OSError as error:
            raise FileUnavailable(f"a file cannot be kept in {self._folder}: {error}") from error

    def _put(self, content: bytes | BinaryIO) -> str:
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as making:
            path = Path(making.name)
            try:
                digest = _copied(content, making)
                making.flush()
                os.fsync(making.fileno())
                if not self._holds(digest):
                    place = self._place(digest)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    path.replace(place)
                    _flush_folder(place.parent)
            finally:
                path.unlink(missing_ok=True)
        return digest

    def _holds(self, digest: str) -> bool:
        """True when it is there undamaged: a damaged one gives way to what was sent again."""
        try:
            with self._place(digest).open("rb") as stream:
                return _digest_of(stream) == digest
        except FileNotFoundError:
            return False

    def open(self, digest: str) -> BinaryIO:
        """As `FileStore.open`."""
        try:
            stream = self._place(digest).open("rb")
        except OSError as error:
            raise FileUnavailable(MISSING.format(digest=digest)) from error
        try:
            return _checked(stream, digest)
        except OSError as error:
            stream.close()
            raise FileUnavailable(f"the stored file {digest} cannot be read: {error}") from error

    def exists(self, digest: str) -> bool:
        """As `FileStore.exists`."""
        return self._place(digest).is_file()

    def _place(self, digest: str) -> Path:
        _assert_digest(digest)
        return self._folder / digest[:2] / digest


class S3Store:
    """Files in one bucket of an S3-compatible store, through the optional `minio` client."""

    def __init__(
        self, bucket: str, host: str, key: str, secret: str, *, region: str, is_secure: bool
    ) -> None:
        try:
            from minio import Minio
            from urllib3 import PoolManager, Retry
        except ImportError as error:
            words = "names an S3-compatible store, whose client is missing. Install vfm with its extra `s3`."
            raise Invalid([Problem("VFM_FILES", words)]) from error
        pool = PoolManager(timeout=SECONDS, retries=Retry(2, backoff_factor=0.2))
        self._client = Minio(
            host, access_key=key, secret_key=secret, region=region, secure=is_secure, http_client=pool
        )
        self._bucket = bucket

    def put(self, content: bytes | BinaryIO) -> str:
        """As `FileStore.put`; sent also where it is there already, as what it holds is the same."""
        with _reaching(), tempfile.TemporaryFile() as held:
            digest = _copied(content, held)
            size = held.tell()
            held.seek(0)
            name = _object_name(digest)
            self._client.put_object(self._bucket, name, held, size, part_size=SINGLE_PART)
        return digest

    def open(self, digest: str) -> BinaryIO:
        """As `FileStore.open`; fetched whole into a file that has no name, and checked there."""
        name = _object_name(digest)
        held = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # the caller closes it
        try:
            with _reaching(digest):
                self._fetch(name, held)
            return _checked(held, digest)
        except FileUnavailable:
            held.close()
            raise

    def _fetch(self, name: str, into: BinaryIO) -> None:
        answer = self._client.get_object(self._bucket, name)
        try:
            into.writelines(answer.stream(BLOCK))
        finally:
            answer.close()
            answer.release_conn()
        into.seek(0)

    def exists(self, digest: str) -> bool:
        """As `FileStore.exists`."""
        from minio.error import S3Error

        with _reaching():
            try:
                self._client.stat_object(self._bucket, _object_name(digest))
            except S3Error as error:
                if error.code not in ABSENT:
                    raise
                return False
        return True


@contextmanager
def _reaching(digest: str = "") -> Iterator[None]:
    """Whatever the store, the network or the client says against it, in words for the log."""
    from minio.error import MinioException, S3Error
    from urllib3.exceptions import HTTPError

    try:
        yield
    except S3Error as error:
        if digest and error.code in ABSENT:
            raise FileUnavailable(MISSING.format(digest=digest)) from error
        raise FileUnavailable(f"the file store refuses: {error.code}, {error.message}") from error
    except (MinioException, HTTPError, OSError) as error:
        raise FileUnavailable(f"the file store cannot be reached: {error}") from error


def _object_name(digest: str) -> str:
    _assert_digest(digest)
    return f"{digest[:2]}/{digest}"


def _assert_digest(digest: str) -> None:
    """A digest becomes a path: nothing else may."""
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is no digest")


def _copied(content: bytes | BinaryIO, into: Any) -> str:
    """Write content into a file; its digest."""
    source: Any = BytesIO(content) if isinstance(content, bytes) else content
    found = sha256()
    while block := source.read(BLOCK):
        found.update(block)
        into.write(block)
    return found.hexdigest()


def _digest_of(stream: BinaryIO) -> str:
    found = sha256()
    while block := stream.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def _checked(stream: BinaryIO, digest: str) -> BinaryIO:
    """The stream from its beginning, once it is known to hold what it should."""
    if _digest_of(stream) != digest:
        stream.close()
        raise FileUnavailable(DAMAGED.format(digest=digest))
    stream.seek(0)
    return stream


def _flush_folder(folder: Path) -> None:
    """So that the new name too outlives a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
