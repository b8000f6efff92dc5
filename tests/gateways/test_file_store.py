"""Both file stores: what goes in comes out, checked; what is lost, damaged or out of reach is said."""

import io
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from tests.gateways import s3
from vfm.errors import FileUnavailable, Invalid
from vfm.gateways import file_store
from vfm.gateways.file_store import DiskStore, FileStore, S3Store
from vfm.settings import Settings

CONTENT = b"What shows it.\n" * 200_000
DIGEST = sha256(CONTENT).hexdigest()
ELSEWHERE = "0" * 64


@pytest.fixture
def bucket() -> Iterator[tuple[s3.Bucket, str]]:
    with s3.served() as made:
        yield made


def in_bucket(address: str, key: str = s3.KEY, secret: str = s3.SECRET) -> FileStore:
    return file_store.from_settings(Settings(files=address, s3_key=key, s3_secret=secret))


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "disk":
        return file_store.from_settings(Settings(files=str(tmp_path / "files")))
    _, address = request.getfixturevalue("bucket")
    return in_bucket(address)


def test_what_goes_in_comes_out(store: FileStore) -> None:
    assert not store.exists(DIGEST)
    assert store.put(io.BytesIO(CONTENT)) == DIGEST
    assert store.put(CONTENT) == DIGEST
    assert store.exists(DIGEST)
    with store.open(DIGEST) as stream:
        assert stream.read(14) == b"What shows it."
        assert stream.read() == CONTENT[14:]
    empty = store.put(b"")
    with store.open(empty) as stream:
        assert stream.read() == b""


def test_a_file_that_is_not_there_is_said_to_be_missing(store: FileStore) -> None:
    with pytest.raises(FileUnavailable, match=f"{ELSEWHERE} is missing"):
        store.open(ELSEWHERE)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", DIGEST.upper(), DIGEST + "0", f"{DIGEST}\n"])
def test_nothing_but_a_digest_becomes_a_path(store: FileStore, digest: str) -> None:
    for asked in (store.open, store.exists):
        with pytest.raises(ValueError, match="is no digest"):
            asked(digest)


# --- on disk ------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> tuple[DiskStore, Path]:
    return DiskStore(tmp_path), tmp_path / DIGEST[:2] / DIGEST


def test_a_damaged_file_is_never_handed_out_and_is_mended_by_the_same_file(
    disk: tuple[DiskStore, Path],
) -> None:
    store, place = disk
    store.put(CONTENT)
    place.write_bytes(CONTENT[:-1] + b"?")
    with pytest.raises(FileUnavailable, match="does not hold what it held"):
        store.open(DIGEST)
    store.put(CONTENT)
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT


def test_a_file_that_is_there_is_not_written_again(disk: tuple[DiskStore, Path]) -> None:
    store, place = disk
    store.put(CONTENT)
    before = place.stat()
    store.put(CONTENT)
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_breaks_off_leaves_nothing_behind(disk: tuple[DiskStore, Path], tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the sender went away")
            return super().read(1000)

    with pytest.raises(FileUnavailable, match="the sender went away"):
        disk[0].put(Broken(CONTENT))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(FileUnavailable, match="cannot be kept in"):
        DiskStore(tmp_path / "taken").put(CONTENT)


def test_many_writers_of_one_file_leave_one(disk: tuple[DiskStore, Path], tmp_path: Path) -> None:
    store, place = disk
    writers = [Thread(target=store.put, args=(CONTENT,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place]
    assert place.read_bytes() == CONTENT


# --- S3 -----------------------------------------------------------------------------------------------------


def test_files_lie_in_the_bucket_by_their_digest(bucket: tuple[s3.Bucket, str]) -> None:
    kept, address = bucket
    in_bucket(address).put(CONTENT)
    assert kept.objects == {f"{DIGEST[:2]}/{DIGEST}": CONTENT}
    assert kept.asked == [f"PUT {DIGEST[:2]}/{DIGEST}"]


def test_a_damaged_object_is_never_handed_out(bucket: tuple[s3.Bucket, str]) -> None:
    kept, address = bucket
    store = in_bucket(address)
    store.put(CONTENT)
    kept.objects[f"{DIGEST[:2]}/{DIGEST}"] = CONTENT[1:]
    with pytest.raises(FileUnavailable, match="does not hold what it held"):
        store.open(DIGEST)


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [("another", s3.SECRET, "InvalidAccessKeyId"), (s3.KEY, "another", "SignatureDoesNotMatch")],
)
def test_wrong_keys_are_refused_in_words(
    bucket: tuple[s3.Bucket, str], key: str, secret: str, code: str
) -> None:
    kept, address = bucket
    store = in_bucket(address, key, secret)
    for asked in (lambda: store.put(CONTENT), lambda: store.open(DIGEST)):
        with pytest.raises(FileUnavailable, match=f"the file store refuses: {code}"):
            asked()
    assert kept.objects == {}


def test_a_bucket_that_is_not_there_is_said(bucket: tuple[s3.Bucket, str]) -> None:
    store = in_bucket(bucket[1].replace("s3://evidence", "s3://elsewhere"))
    with pytest.raises(FileUnavailable, match="NoSuchBucket"):
        store.put(CONTENT)


def test_a_store_that_cannot_be_reached_is_said() -> None:
    with s3.served() as (_, address):
        pass
    store = in_bucket(address)
    for asked in (lambda: store.put(CONTENT), lambda: store.open(DIGEST), lambda: store.exists(DIGEST)):
        with pytest.raises(FileUnavailable, match="cannot be reached"):
            asked()


# --- settings -----------------------------------------------------------------------------------------------


def test_the_settings_name_the_store(tmp_path: Path) -> None:
    assert isinstance(file_store.from_settings(Settings(files=str(tmp_path))), DiskStore)
    read = Settings.from_environment(
        {
            "VFM_FILES": "s3://evidence?endpoint=https://store.example",
            "VFM_S3_KEY": "k",
            "VFM_S3_SECRET": "very secret",
            "VFM_FILE_MB": "50",
        }
    )
    assert isinstance(file_store.from_settings(read), S3Store)
    assert read.largest_file == 50 * 1024 * 1024
    assert "very secret" not in repr(read)


@pytest.mark.parametrize(
    "address",
    [
        "s3://evidence",
        "s3://evidence?endpoint=store.example",
        "s3://evidence?endpoint=https://store.example/path",
        "s3://?endpoint=https://store.example",
        "s3://Not A Bucket?endpoint=https://store.example",
        "ftp://evidence?endpoint=https://store.example",
        "s3://evidence?endpoint=https://",
    ],
)
def test_an_address_that_is_none_is_said_at_the_start(address: str) -> None:
    with pytest.raises(Invalid, match=r"is no place for files\. Give a folder, or s3://BUCKET"):
        file_store.from_settings(Settings(files=address, s3_key="k", s3_secret="s"))


def test_missing_keys_and_a_missing_client_are_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "s3://evidence?endpoint=https://store.example"
    with pytest.raises(Invalid, match="VFM_S3_KEY and VFM_S3_SECRET: Set them"):
        file_store.from_settings(Settings(files=address))
    monkeypatch.setitem(sys.modules, "minio", None)
    with pytest.raises(Invalid, match="Install vfm with its extra `s3`"):
        file_store.from_settings(Settings(files=address, s3_key="k", s3_secret="s"))


def test_files_are_handled_in_blocks(tmp_path: Path) -> None:
    class Counted(io.BytesIO):
        asked: list[int] = []

        def read(self, size: int | None = -1) -> bytes:
            self.asked.append(size if size is not None else -1)
            return super().read(size)

    stream = Counted(os.urandom(3 * file_store.BLOCK))
    DiskStore(tmp_path).put(stream)
    assert set(stream.asked) == {file_store.BLOCK}
