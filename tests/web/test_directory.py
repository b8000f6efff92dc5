"""The directory: places added, renamed, moved, merged, closed and reopened; lists of services in and out."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, event, func, insert, select

from tests.client import Browser, Page
from tests.council import NOW, SmallCouncil
from vfm.errors import Conflict
from vfm.gateways import service_lists
from vfm.store.database import reading, transaction
from vfm.store.tables import (
    Assessment,
    Cycle,
    Directorate,
    Division,
    Event,
    ImprovementAction,
    Service,
    Template,
    Version,
)
from vfm.workflows import directory_import

SignedIn = Callable[[str], Browser]
HEADING = "key,name,directorate,division,family\n"
SAME = (
    "LIB,Libraries,Communities,Culture,\nWASTE,Waste collection,Place,Environment,\n"
    "ROADS,Highways,Place,Transport,\nHOME,Home care,Adults,Care,\n"
    "SEND,Special educational needs,Children,Education,\n"
)


@pytest.fixture
def administrator(signed_in: SignedIn) -> Browser:
    return signed_in("administrator")


def an_open_assessment(engine: Engine, service_id: int) -> None:
    with transaction(engine) as session:
        template = Template(key="t", title="T", created_at=NOW)
        session.add(template)
        session.flush()
        version = Version(template_id=template.id, number=1, content={}, content_hash="x", created_at=NOW)
        session.add(version)
        session.flush()
        day = date(2026, 11, 1)
        cycle = Cycle(
            name="Autumn pilot", kind="pilot", version_id=version.id, opens_on=day, due_on=day, opened_at=NOW
        )
        session.add(cycle)
        session.flush()
        session.add(Assessment(cycle_id=cycle.id, service_id=service_id, version_id=version.id))


def send(browser: Browser, content: bytes | str) -> Page:
    raw = content if isinstance(content, bytes) else content.encode()
    return browser.open("/directory/import").submit(
        "Show what would change", files={"file": (io.BytesIO(raw), "services.csv")}
    )


def test_the_directory_counts_finds_and_says_who_directs(administrator: Browser) -> None:
    page = administrator.open("/directory/")
    assert "5 services in 5 divisions and 4 directorates" in page.text
    found = page.submit("Find", words="waste")
    assert "1 service found" in found.text
    assert "Highways" not in found.text
    assert "No service has “zebra”" in page.submit("Find", words="zebra").text


def test_a_directorate_a_division_and_a_service_are_added(administrator: Browser) -> None:
    administrator.open("/directory/").follow("Add a directorate").submit("Add directorate", name="Resources")
    form = administrator.open("/directory/").follow("Add one")
    assert form.soup.select_one("#parent option[selected]").text == "Resources"  # type: ignore[union-attr]
    form.submit("Add division", name="Finance")
    form = administrator.open("/directory/").follow("Add one")
    wrong = form.submit("Add service", name="Payroll", key="lib")
    assert wrong.problems == ["Libraries has the key LIB already. Choose another."]
    page = wrong.submit("Add service", key="PAYROLL")
    assert "Payroll is added" in page.text
    assert "Payroll PAYROLL – None yet" in page.text


def test_everything_missing_is_listed(administrator: Browser) -> None:
    page = administrator.open("/directory/service/add").submit("Add service")
    assert [problem.split(".")[0] for problem in page.problems] == [
        "Type a short key for the service",
        "Type the name of the service",
        "Choose the division it belongs to",
    ]


def test_a_service_is_renamed_and_moved_and_its_history_tells(
    administrator: Browser, council: SmallCouncil
) -> None:
    page = administrator.open(f"/directory/service/{council.services['LIB']}")
    division = next(one for one in page.soup.select("#parent option") if "Transport" in one.text)
    done = page.submit("Save", name="Library service", parent=str(division["value"]))
    assert "name: Libraries → Library service" in done.text
    assert "place: Communities: Culture → Place: Transport" in done.text
    taken = done.submit("Save", name="highways")
    assert taken.problems == ["There is a service called highways already. Choose another name."]


def test_who_saves_a_place_second_sees_both_texts(administrator: Browser, council: SmallCouncil) -> None:
    first, second = (administrator.open(f"/directory/service/{council.services['LIB']}") for _ in range(2))
    first.submit("Save", name="Library service", family="culture")
    division = next(one for one in second.soup.select("#parent option") if "Transport" in one.text)
    stale = second.submit("Save", name="Reading rooms", note="Moving", parent=str(division["value"]))
    assert stale.status == 409
    assert "Administrator changed this service after you opened the page" in stale.problems[0]
    kept = "Name Library service Division Communities: Culture Family culture Note nothing What you typed"
    assert kept in stale.text
    for field, typed in (("#name", "Reading rooms"), ("#family", "")):
        assert stale.soup.select_one(field)["value"] == typed  # type: ignore[index]
    wrong = second.submit("Save", name="")
    assert wrong.status == 422
    assert wrong.submit("Save", name="Reading rooms").status == 409
    assert "name: Library service → Reading rooms" in stale.submit("Save").text


@pytest.mark.parametrize("kind", ["directorate", "division"])
def test_a_renamed_part_is_not_renamed_back_by_an_older_form(administrator: Browser, kind: str) -> None:
    first, second = (administrator.open(f"/directory/{kind}/1") for _ in range(2))
    first.submit("Save", name="Growth")
    assert second.submit("Save", name="Decline").status == 409
    assert second.submit("Save", name="Growth").status == 200
    assert administrator.open(first.address).heading == "Growth"


def test_a_service_with_unfinished_work_closes_only_when_it_is_said(
    administrator: Browser, council: SmallCouncil, engine: Engine
) -> None:
    an_open_assessment(engine, council.services["WASTE"])
    page = administrator.open(f"/directory/service/{council.services['WASTE']}")
    refused = page.submit("Close service")
    assert refused.status == 422
    assert "Waste collection in Autumn pilot (being answered)" in refused.problems[0]
    closed = refused.submit("Close service", close_sure="1")
    assert closed.heading == "Waste collection Closed"
    assert "4 services" in administrator.open("/directory/").text
    assert "Waste collection" in administrator.open("/directory/").follow("Show the 1 closed").text
    opened = administrator.open(page.address).submit("Reopen")
    assert opened.heading == "Waste collection"
    assert "Reopened" in opened.text


def test_a_merged_service_hands_its_actions_on(
    administrator: Browser, council: SmallCouncil, engine: Engine
) -> None:
    library, waste = council.services["LIB"], council.services["WASTE"]
    an_open_assessment(engine, library)
    with transaction(engine) as session:
        for status in ("proposed", "done"):
            action = ImprovementAction(service_id=library, text=status, status=status, created_at=NOW)
            session.add(action)
    page = administrator.open(f"/directory/service/{library}")
    assert page.submit("Merge").problems == ["Choose the service that goes on."]
    refused = page.submit("Merge", into=str(waste))
    assert "Libraries in Autumn pilot" in refused.problems[0]
    done = refused.submit("Merge", into=str(waste), merge_sure="1")
    assert "Merged into Waste collection on 23 November 2026" in done.text
    assert "Took in Libraries" in administrator.open(f"/directory/service/{waste}").text
    with reading(engine) as session:
        owned = session.execute(select(ImprovementAction.text, ImprovementAction.service_id))
        assert {row.text: row.service_id for row in owned} == {"proposed": waste, "done": library}


def test_directorates_merge_with_their_divisions(administrator: Browser, engine: Engine) -> None:
    with transaction(engine) as session:
        ids = {row.name: row.id for row in session.execute(select(Directorate.id, Directorate.name))}
        session.add(Division(name="Environment", directorate_id=ids["Communities"]))
    page = administrator.open(f"/directory/directorate/{ids['Place']}")
    assert (
        "still has an open division: Environment, Transport" in page.submit("Close directorate").problems[0]
    )
    done = page.submit("Merge", into=str(ids["Communities"]))
    assert done.heading == "Place Closed"
    assert "Merged into Communities on 23 November 2026" in done.text
    everything = administrator.open("/directory/?closed=1").text
    assert "Place Merged into Communities" in everything
    assert "Environment Merged into Environment" in everything
    reopened = administrator.open(page.address).submit("Reopen").submit("Close directorate")
    assert "Closed on 23 November 2026" in reopened.text
    with reading(engine) as session:
        open_divisions = session.execute(
            select(Division.name, func.count(Service.id))
            .outerjoin(Service, Service.division_id == Division.id)
            .where(Division.directorate_id == ids["Communities"], Division.closed_on.is_(None))
            .group_by(Division.name)
        )
        assert dict(iter(open_divisions)) == {"Culture": 1, "Environment": 1, "Transport": 1}
    assert "3 divisions" not in administrator.open("/directory/").text


def test_a_service_does_not_reopen_in_a_closed_division(
    administrator: Browser, council: SmallCouncil, engine: Engine
) -> None:
    service = f"/directory/service/{council.services['LIB']}"
    administrator.open(service).submit("Close service")
    with reading(engine) as session:
        division = session.scalar(select(Service.division_id).where(Service.key == "LIB"))
    administrator.open(f"/directory/division/{division}").submit("Close division")
    refused = administrator.open(service).submit("Reopen")
    assert "Its division is closed (Communities: Culture)" in refused.problems[0]


@pytest.mark.parametrize("kind", ["directorate", "division", "service"])
def test_what_is_not_there_is_not_found(administrator: Browser, kind: str) -> None:
    administrator.open(f"/directory/{kind}/999", expect=404)
    administrator.open("/directory/county/1", expect=404)


# --- lists -----------------------------------------------------------------------------------------------


def test_a_list_is_previewed_and_taken_in_and_the_second_time_changes_nothing(
    administrator: Browser, engine: Engine
) -> None:
    content = (
        HEADING + SAME.replace("Libraries", "Library service") + "TAX,Council tax,Resources,Revenues,money\n"
    )
    page = send(administrator, content)
    assert page.heading == "What the list would change"
    for words in (
        "1 new service",
        "1 changed service",
        "4 services in the list stay as they are",
        "New directorates: Resources",
        "New divisions: Resources: Revenues",
        "name: Libraries → Library service",
    ):
        assert words in page.text
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Service)) == 5
    assert "1 service added, 1 changed" in page.submit("Take in the list").text
    again = send(administrator, content)
    assert "Nothing would change" in again.text
    assert not again.soup.select("main form")
    with reading(engine) as session:
        assert session.scalar(select(func.count()).where(Event.subject == "service")) == 2


def test_every_problem_of_a_list_names_line_and_column(administrator: Browser, engine: Engine) -> None:
    with transaction(engine) as session:
        session.get_one(Directorate, 1).closed_on = date(2026, 1, 1)
        closed = session.get_one(Directorate, 1).name
    lines = [
        ",No key,Place,Transport,",
        "bad key,Name,Place,Transport,",
        "A,,,,",
        "B,Two,Place,Transport,",
        "b,Three,Place,Transport,",
        f"C,Four,{closed},New,",
        "D,Highways,place,transport,",
        "E,Five,Place",
    ]
    page = send(administrator, HEADING + "\n".join(lines))
    assert page.status == 422
    wheres = [row.th.text for row in page.soup.select("main tbody tr")]  # type: ignore[union-attr]
    assert wheres == [
        "Line 2, column key",
        "Line 3, column key",
        "Line 4, column name",
        "Line 4, column directorate",
        "Line 4, column division",
        "Line 6, column key",
        "Line 7, column directorate",
        "Line 8, column name",
        "Line 9, column directorate",
    ]
    assert "ROADS is called Highways in the same division" in page.text
    assert not page.soup.select("main form")


def test_files_that_say_nothing_are_refused_with_a_cure(administrator: Browser) -> None:
    assert send(administrator, "").problems == ["The file is empty. Put the column names in the first line."]
    missing = send(administrator, "key,name\nA,B\n").problems
    assert missing == [
        "line 1: There is no column “directorate”. Add it to the first line.",
        "line 1: There is no column “division”. Add it to the first line.",
    ]
    assert send(administrator, HEADING).problems == [
        "There are no services in it. Write one a line below the column names."
    ]
    assert send(administrator, "LIB,Libraries,Place,Place\n").problems == [
        "line 1: This line names no columns. Put one above it: key, name, directorate, division."
    ]
    assert send(administrator, "key,name,name,division\n").problems == [
        "line 1: There is no column “directorate”. Add it to the first line."
    ]
    assert send(administrator, "key,name,name,directorate,division\nA,B,B,C,D\n").problems == [
        "line 1, column name: This column is there twice. Take one out."
    ]
    assert "Save as" in send(administrator, b"PK\x03\x04\0\0\0\0").problems[0]
    page = administrator.open("/directory/import").submit("Show what would change")
    assert page.problems == ["Choose a CSV file."]


@pytest.mark.parametrize(
    "content",
    [
        "key;name;directorate;division\nCAFE-1;Café, and more;Plaçe;Zoë’s\n".encode("cp1252"),
        "key,name,directorate,division\r\nCAFE-1,\"Café, and more\",Plaçe,Zoë’s\r\n".encode("utf-8-sig"),
        "key\tname\tdirectorate\tdivision\nCAFE-1\tCafé, and more\tPlaçe\tZoë’s\n".encode("utf-16"),
        "sep=;\nDivision;Directorate;Name;Key;\nZoë’s;Plaçe;Café, and more;CAFE-1;\n;;;;\n".encode("cp1252"),
    ],
    ids=["Windows-1252 with semicolons", "UTF-8 with its mark", "UTF-16 with tabs", "Excel's own first line"],
)  # fmt: skip
def test_what_excel_saves_is_understood(content: bytes) -> None:
    (line,) = service_lists.read(content).lines
    assert line.cells == {
        "key": "CAFE-1",
        "name": "Café, and more",
        "directorate": "Plaçe",
        "division": "Zoë’s",
    }


def test_the_download_goes_back_in_and_holds_no_formula(administrator: Browser, engine: Engine) -> None:
    with transaction(engine) as session:
        session.get_one(Service, 1).name = "=1+1"
    content = administrator.open("/directory/services.csv").response.data
    assert b",'=1+1," in content
    assert "Nothing would change" in send(administrator, content).text


def test_a_list_is_not_taken_in_when_the_directory_changed_meanwhile(
    administrator: Browser, council: SmallCouncil, engine: Engine
) -> None:
    page = send(administrator, HEADING + "LIB,Library service,Communities,Culture,\n")
    with transaction(engine) as session:
        session.get_one(Service, council.services["LIB"]).name = "Reading rooms"
    second = page.submit("Take in the list")
    assert second.status == 409
    assert "name: Reading rooms → Library service" in second.text
    line = directory_import.ServiceLine(2, "NEW", "New", "Place", "Transport")
    with transaction(engine) as session, pytest.raises(Conflict):
        directory_import.accept(session, [line], "another", by=None, now=NOW)


def test_statements_do_not_grow_with_services(administrator: Browser, engine: Engine) -> None:
    def statements() -> int:
        counted: list[str] = []
        app_engine = administrator.app.extensions["vfm"].engine

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            counted.append(statement)

        event.listen(app_engine, "before_cursor_execute", count)
        administrator.open("/directory/")
        event.remove(app_engine, "before_cursor_execute", count)
        return len([one for one in counted if one.lstrip().upper().startswith("SELECT")])

    few = statements()
    with transaction(engine) as session:
        rows = [
            {"key": f"N{n}", "name": f"Service {n}", "division_id": 1, "family": "", "note": ""}
            for n in range(245)
        ]
        session.execute(insert(Service), rows)
    assert "250 services" in administrator.open("/directory/").text
    assert statements() == few
    assert few <= 6
