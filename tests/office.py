"""Types into a workbook in LibreOffice; run by the system's Python, which has LibreOffice's own module.

Arguments: a folder of one's own, the file, the file to make, the sheet, and the cells as a dict.
"""

import ast
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTER = "Calc MS Excel 2007 XML"


def main(folder, given, made, sheet, cells):
    pipe = f"vfm-{Path(folder).name}"
    profile = Path(folder, "profile").as_uri()
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation={profile}",
            f"--accept=pipe,name={pipe};urp;",
            "--headless",
            "--norestore",
            "--nologo",
        ]
    )
    try:
        desktop = connected(pipe)
        book = desktop.loadComponentFromURL(Path(given).as_uri(), "_blank", 0, (named("Hidden", True),))
        page = book.Sheets.getByName(sheet)
        for place, words in ast.literal_eval(cells).items():
            # FormulaLocal is what typing does: figures and dates are recognised, text stays text.
            page.getCellRangeByName(place).FormulaLocal = words
        book.storeToURL(Path(made).as_uri(), (named("FilterName", FILTER),))
        book.close(True)
        with suppress(Exception):  # it may have gone already
            desktop.terminate()
    finally:
        try:
            office.wait(20)
        except subprocess.TimeoutExpired:
            office.kill()


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.2)
    raise SystemExit("LibreOffice did not start")


def named(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


main(*sys.argv[1:])
