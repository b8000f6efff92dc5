"""A small server that speaks S3 on the loopback: it checks the signature of every request by itself."""

import hmac
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

KEY, SECRET, BUCKET, REGION = "a-key", "a-secret", "evidence", "eu-west-2"
EMPTY = sha256(b"").hexdigest()


class Bucket:
    """One bucket: its objects by key, and every request that came as `METHOD key`."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status, body, headers = self._answer(environ)
        headers |= {"Content-Length": headers.get("Content-Length", str(len(body)))}
        start_response(status, list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if problem := refusal(environ, body):
            return _error("403 Forbidden", problem)
        method = environ["REQUEST_METHOD"]
        bucket, _, key = environ["PATH_INFO"].lstrip("/").partition("/")
        self.asked.append(f"{method} {key}")
        if bucket != BUCKET:
            return _error("404 Not Found", "NoSuchBucket")
        if method == "PUT":
            self.objects[key] = body
            return "200 OK", b"", {"ETag": f'"{sha256(body).hexdigest()[:32]}"'}
        if key not in self.objects:
            return _error("404 Not Found", "NoSuchKey")
        found = self.objects[key]
        headers = {
            "Content-Length": str(len(found)),
            "ETag": '"x"',
            "Content-Type": "application/octet-stream",
        }
        return "200 OK", found, headers | {"Last-Modified": "Fri, 27 Nov 2026 09:00:00 GMT"}


def _error(status: str, code: str) -> tuple[str, bytes, dict[str, str]]:
    words = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
    return status, words.encode(), {"Content-Type": "application/xml"}


def refusal(environ: dict[str, Any], body: bytes) -> str:
    """Why a request is not believed, as S3 calls it; empty where it is signed as it should be.

    Source: AWS Signature Version 4, "Create a signed AWS API request".
    """
    scheme, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    said = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    credential = said.get("Credential", "").split("/")
    if scheme != "AWS4-HMAC-SHA256" or credential[0] != KEY:
        return "InvalidAccessKeyId"
    if credential[2:] != [REGION, "s3", "aws4_request"]:
        return "AuthorizationHeaderMalformed"
    claimed = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    if claimed != sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    wanted = _signature(environ, said["SignedHeaders"], credential[1:], claimed)
    return "" if hmac.compare_digest(wanted, said["Signature"]) else "SignatureDoesNotMatch"


def _signature(environ: dict[str, Any], signed: str, scope: list[str], claimed: str) -> str:
    address = urlsplit(environ["RAW_URI"])
    query = sorted(parse_qsl(address.query, keep_blank_values=True))
    asked = "\n".join(
        [
            environ["REQUEST_METHOD"],
            address.path,
            "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query),
            *(f"{name}:{_header(environ, name)}" for name in signed.split(";")),
            "",
            signed,
            claimed,
        ]
    )
    words = "\n".join(
        ["AWS4-HMAC-SHA256", environ["HTTP_X_AMZ_DATE"], "/".join(scope), sha256(asked.encode()).hexdigest()]
    )
    key = f"AWS4{SECRET}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, words.encode(), "sha256").hex()


def _header(environ: dict[str, Any], name: str) -> str:
    wsgi = name.upper().replace("-", "_")
    value = environ.get(wsgi if name in ("content-type", "content-length") else f"HTTP_{wsgi}", "")
    return " ".join(str(value).split())


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # as its parent calls it
        pass


@contextmanager
def served() -> Iterator[tuple[Bucket, str]]:
    """A bucket, and the address that `VFM_FILES` would name."""
    bucket = Bucket()
    server = make_server("127.0.0.1", 0, bucket, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bucket, f"s3://{BUCKET}?endpoint=http://127.0.0.1:{server.port}&region={REGION}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
