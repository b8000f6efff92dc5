"""Serving the pages: gunicorn's threads where it runs, else the threaded server that comes with Flask.

The socket is bound here, before anything else starts, so that a busy port is told in one line.
"""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from flask import Flask

from vfm.errors import Invalid, Problem

WORKERS, THREADS = 2, 4


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address; port 0 takes a free one.

    Raises:
        Invalid: the port is in use or may not be used, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        words = f"cannot be used ({error.strerror if isinstance(error, OSError) else error})"
        raise Invalid(
            [
                Problem(
                    f"port {port} on {host}", f"{words}. Stop what runs there, or choose another with --port."
                )
            ]
        ) from error
    return listening


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds the pages."""
    host, port = listening.getsockname()[:2]
    reached = ip_address(host)
    if reached.is_unspecified:  # bound to every interface, so to this machine's own loopback too
        reached = ip_address("::1" if reached.version == 6 else "127.0.0.1")
    return f"http://[{reached}]:{port}/" if reached.version == 6 else f"http://{reached}:{port}/"


def run(make_app: Callable[[], Flask], listening: socket.socket) -> None:
    """Serve until a signal ends it. The app is made in each worker: connections do not outlive a fork."""
    try:
        # Not on systems without fork.
        from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    except ImportError:
        _run_threads(make_app(), listening)
        return

    class Served(BaseApplication):
        def load_config(self) -> None:
            for name, value in _options(listening).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return make_app()

    Served().run()


def _options(listening: socket.socket) -> dict[str, Any]:
    return {
        "bind": f"fd://{listening.fileno()}",
        "workers": WORKERS,
        "threads": THREADS,
        "worker_class": "gthread",
        "timeout": 60,
        "loglevel": "warning",
        "control_socket_disable": True,
    }


def _run_threads(app: Flask, listening: socket.socket) -> None:
    from werkzeug.serving import make_server

    host, port = listening.getsockname()[:2]
    make_server(host, port, app, threaded=True, fd=listening.fileno()).serve_forever()
