"""Read every XLSForm in a folder or an archive, and say what became of each: `bench/xlsforms.py PLACE...`.

A place is a folder, a form, or an archive with forms in it, such as a wheel: pyxform 1.2.0 has 58. An
old .xls is read here, as the importer takes .xlsx alone. Exit status 1 when a form did anything but come to a
template that passes every check, or be refused with its problems; 2 when there was none to read.
"""

import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import xlrd

from vfm.errors import Invalid
from vfm.gateways import xlsform
from vfm.gateways.spreadsheets import Sheet, sheets, typed
from vfm.questionnaires.checks import checked
from vfm.questionnaires.document import dump

ENDINGS = (".xlsx", ".xlsm", ".xls")


def forms(place: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each form at a place."""
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.suffix.lower() in ENDINGS:
                yield str(path), path.read_bytes()
    elif place.suffix.lower() in ENDINGS:
        yield str(place), place.read_bytes()
    else:
        with zipfile.ZipFile(place) as archive:
            for name in archive.namelist():
                if name.lower().endswith(ENDINGS):
                    yield name, archive.read(name)


def old_sheets(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of an .xls."""
    try:
        book = xlrd.open_workbook(file_contents=raw)
    except xlrd.XLRDError:
        return sheets(raw, name)
    return tuple(
        Sheet(
            sheet.name, tuple(tuple(typed(cell) for cell in sheet.row_values(i)) for i in range(sheet.nrows))
        )
        for sheet in book.sheets()
    )


def outcome(name: str, raw: bytes) -> tuple[str, str]:
    """A word and a line for what became of a form."""
    try:
        read = old_sheets if name.lower().endswith(".xls") else sheets
        form = xlsform.converted(read(raw, name), name)
        checked(dump(form.questionnaire), name=f"{name}.yaml")
    except Invalid as invalid:
        return "refused", f"{len(invalid.problems)} problems, the first: {invalid.problems[0]}"
    except Exception as error:  # any other is what is looked for here
        return "crashed", f"{type(error).__name__}: {error}"
    counts = Counter(line.outcome.value for line in form.report)
    told = ", ".join(f"{counts[word]} {word}" for word in ("kept", "changed", "lost"))
    return "template", f"{len(form.questionnaire.questions)} questions; {told}"


def main(places: list[str]) -> int:
    """One line a form, then how many came to what."""
    words: Counter[str] = Counter()
    slowest = 0.0
    for place in places:
        for name, raw in forms(Path(place)):
            began = time.perf_counter()
            word, line = outcome(name, raw)
            slowest = max(slowest, time.perf_counter() - began)
            words[word] += 1
            print(f"{word}: {name}: {line}")
    if not words:
        print("No XLSForm there. Name a folder, a form or an archive: bench/xlsforms.py PLACE...")
        return 2
    print(f"{sum(words.values())} forms: {dict(words)}; the slowest took {slowest:.1f} s.")
    return 1 if words["crashed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
