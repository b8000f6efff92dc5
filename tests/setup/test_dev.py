"""dev.py, the locks and what is committed."""

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(dev.LOCKS.values())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with dev.py and what it reads, and nothing installed."""
    for name in ("dev.py", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def said(clone: Path, *arguments: str, first: str = "", path: str = "/usr/bin:/bin") -> tuple[int, str]:
    """Exit code and output of a dev.py command in the clone, after a first line of Python."""
    script = f"import sys\nsys.path.insert(0, '.')\nimport dev\n{first}\nsys.exit(dev.main())"
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=clone,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def as_installed(kind: str) -> str:
    """A line of Python after which the clone counts as set up, look included."""
    stamp = f"{{'root': str(dev.ROOT), '{kind}': dev.fingerprint(dev.ROOT / dev.LOCKS['{kind}'])}}"
    return (
        f"dev.VENV.mkdir(exist_ok=True)\ndev.STAMP.write_text(dev.json.dumps({stamp}))\n"
        "dev.keep_look('a{}', 'b()')"
    )


def planted_program(path: Path, text: str) -> None:
    """A shell script at this path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)


# --- usage ---


@pytest.mark.parametrize("arguments", [[], ["paint"], ["test", "spelling"], ["demo", "--port", "high"]])
def test_wrong_arguments_print_usage_and_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        dev.main(arguments)

    assert end.value.code == 2
    assert "usage: dev.py" in capsys.readouterr().err


def test_every_command_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        dev.main(["--help"])

    assert end.value.code == 0
    explained = capsys.readouterr().out
    assert all(
        f"    {name} " in explained for name in ("setup", "look", "demo", "test", "format", "bench", "lock")
    )


# --- setup ---


def test_missing_ensurepip_names_the_package_to_install(clone: Path) -> None:
    code, text = said(clone, "setup", first="sys.modules['ensurepip'] = None")

    assert code == 1
    assert "apt-get install python3-venv" in text
    assert "Traceback" not in text


def test_installed_lock_is_not_installed_again(clone: Path) -> None:
    assert said(clone, "setup", first=as_installed("dev")) == (0, "Ready. Next: python3 dev.py demo\n")


def test_changed_lock_has_another_fingerprint(clone: Path) -> None:
    before = dev.fingerprint(clone / LOCKS[0])
    with (clone / LOCKS[0]).open("a") as lock:
        lock.write("another==1\n")

    assert dev.fingerprint(clone / LOCKS[0]) != before


def test_uv_is_taken_from_the_lock_with_its_hashes() -> None:
    pinned = dev.locked("uv", (ROOT / dev.LOCKS["run"]).read_text("utf-8"))

    assert re.match(r"uv==[\d.]+ ", pinned)
    assert re.findall(r"^\S+==", pinned, flags=re.MULTILINE) == ["uv=="]
    assert "--hash=sha256:" in pinned


def test_what_the_person_set_wins_over_the_system_bundle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.crt"
    bundle.touch()
    monkeypatch.setattr(dev, "SYSTEM_CERTIFICATES", (tmp_path / "none.crt", bundle))
    monkeypatch.setenv("PIP_CERT", "council.crt")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    env = dev.surroundings()

    assert env["PIP_CERT"] == "council.crt"
    assert env["SSL_CERT_FILE"] == str(bundle)


# --- look ---

STYLE = (
    ":root{--a:1}/*! Copyright (c) 2011 by Margaret Calvert. Not for sale. */"
    '@font-face{font-family:GDS Transport;src:url(/assets/a.woff2) format("woff2")}'
    '@font-face{font-family:"GDS Transport";src:url(/assets/b.woff2)}'
    '.link{font-family:GDS Transport,arial,sans-serif;color:red}.title{font-family:"GDS Transport", arial}'
    '.logo:before{content:"";background:url(/assets/images/govuk-crest.svg)}'
    "@supports (mask-position:initial){.logo:before{mask-image:url(/assets/images/govuk-crest.svg)}}"
    "@media print{.link{color:black}}/*# sourceMappingURL=a.css.map */\n"
)


def test_look_keeps_all_but_font_and_crest() -> None:
    assert dev.own_style(STYLE) == (
        ":root{--a:1}.link{font-family:arial,sans-serif;color:red}.title{font-family:arial}"
        "@media print{.link{color:black}}"
    )


def test_installed_look_has_no_font_crest_or_foreign_address() -> None:
    """Where the design system was fetched: where it was not, the plain stylesheet is what is checked."""
    names = (
        json.loads(manifest.read_text())["css"] if (manifest := dev.LOOK / "manifest.json").exists() else ""
    )
    css = ((dev.LOOK / names) if names else ROOT / "vfm/static/plain.css").read_text("utf-8")

    assert css.count("{") == css.count("}")
    assert not re.findall(r"@font-face|GDS Transport|crest|url\(/|sourceMappingURL", css)
    assert ".govuk-button" in css


def test_package_that_is_not_the_pinned_one_is_refused(clone: Path) -> None:
    with tarfile.open(clone / "other.tgz", "w:gz") as package:
        package.addfile(tarfile.TarInfo("package/dist/govuk/govuk-frontend.min.css"), io.BytesIO())

    code, text = said(clone, "look", "--file", "other.tgz")

    assert code == 1
    assert text == "other.tgz: the file is not govuk-frontend 6.3.0 as pinned: its SHA-512 differs.\n"
    assert not (clone / "vfm/static/look").exists()


def test_package_that_is_not_there_is_said(clone: Path) -> None:
    assert said(clone, "look", "--file", "none.tgz") == (
        1,
        "none.tgz cannot be read: No such file or directory.\n",
    )


def test_without_a_way_out_the_plain_look_is_used(clone: Path) -> None:
    planted_program(clone / "bin" / "npm", "exit 1")

    code, text = said(clone, "look", path=str(clone / "bin"))

    assert code == 0
    assert text.startswith("Going on with the plain look: npm could not fetch govuk-frontend 6.3.0.")
    assert len(text.splitlines()) == 1


def test_kept_look_is_not_fetched_again(clone: Path) -> None:
    planted_program(clone / "bin" / "npm", "touch was-called; exit 1")

    code, text = said(clone, "look", first="dev.keep_look('a{}', 'b()')", path=str(clone / "bin"))

    names = json.loads((clone / "vfm/static/look/manifest.json").read_text())
    assert (code, text) == (0, "")
    assert (clone / "vfm/static/look" / names["css"]).read_text() == "a{}"
    assert (clone / "vfm/static/look" / names["js"]).read_text() == "b()"


# --- demo ---


def test_demo_hands_its_options_and_its_exit_code_through(clone: Path) -> None:
    planted_program(clone / ".venv" / "bin" / "vfm", 'echo "$PWD: $*"; exit 7')
    options = ["--fresh", "--port", "8123", "--database", "sqlite:///other.sqlite"]

    assert said(clone, "demo", *options, first=as_installed("run")) == (
        7,
        f"{clone}: demo --fresh --port 8123 --database sqlite:///other.sqlite\n",
    )


# --- checks ---


def test_every_check_runs_though_one_fails_and_the_tests_come_last(clone: Path) -> None:
    for command in dev.CHECKS.values():
        code = 1 if command[0] == "mypy" else 0
        planted_program(clone / ".venv" / "bin" / command[0], f'echo "ran {command[0]} $1"; exit {code}')

    code, text = said(clone, "test", first=as_installed("dev"))

    ran = re.findall(r"^ran (.*)$", text, flags=re.MULTILINE)
    assert ran == [f"{command[0]} {command[1] if command[1:] else ''}" for command in dev.CHECKS.values()]
    assert ran[-1].startswith("pytest")
    assert re.search(r"^== types: FAILED in \d+\.\d s$", text, flags=re.MULTILINE)
    assert "5 of 6 static checks passed; failed: types." in text
    assert text.endswith("Not green; failed: types.\n")
    assert code == 1


# --- locks ---


def requirements(lock: str) -> dict[str, str]:
    """Each requirement line of a lock with the lines under it."""
    text = (ROOT / lock).read_text("utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {block.split(" \\")[0]: block for block in blocks}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_a_hash_for_each_requirement_and_no_address(lock: str) -> None:
    found = requirements(lock)

    assert found
    assert [line for line, block in found.items() if "--hash=sha256:" not in block or "==" not in line] == []
    assert "://" not in (ROOT / lock).read_text("utf-8")


def test_development_lock_holds_what_running_needs() -> None:
    assert requirements(dev.LOCKS["run"]).keys() <= requirements(dev.LOCKS["dev"]).keys()


def test_lock_holds_what_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    named = project["project"]["dependencies"] + [need for need in groups["dev"] if isinstance(need, str)]
    locked = {line.split("==")[0] for line in requirements(dev.LOCKS["dev"])}

    assert {re.split(r"[\[>=<]", need)[0].replace(".", "-") for need in named} <= locked


# --- what is committed ---

HOSTS = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian", "npm" + "js.com"]
PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/fa" + "rm/", "/tmp/" + "brief", "/tmp/" + "probe"]


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    unwanted = re.compile("|".join(map(re.escape, HOSTS + PLACES)).encode())

    assert len(names) > 20
    assert [name for name in names if unwanted.search((ROOT / name).read_bytes())] == []
