"""The stylesheet and scripts: the design system's where set-up fetched it, our plain one where not."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import url_for

STATIC = Path(__file__).parents[1] / "static"


@dataclass(frozen=True, slots=True)
class Look:
    """File names under static/: the stylesheet, and the design system's script (None without it)."""

    css: str
    js: str | None


def find(static: Path = STATIC) -> Look:
    """The look that is there: `static/look/manifest.json` names it; the plain stylesheet when it does not."""
    try:
        manifest = json.loads((static / "look" / "manifest.json").read_text())
        look = Look(f"look/{manifest['css']}", f"look/{manifest['js']}")
    except (OSError, ValueError, KeyError):
        return Look("plain.css", None)
    return look if (static / look.css).exists() else Look("plain.css", None)


@cache
def stamped(name: str) -> str:
    """The address of a static file, with a digest of its content so that it can be kept for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=name, v=digest)
