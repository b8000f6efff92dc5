"""Cuts what the demo council is compared with out of the published files; no value is changed.

Run it only to take up a newer release: `python data/figures/cut_comparators.py FOLDER`, where FOLDER holds
the tidy extracts that `data/SOURCES.md` describes. What it writes is committed.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cut import ENGLAND, LA_NUMBER, ONS_CODE, Row, pick, rows, write  # noqa: E402 (the sibling is beside it)

NAMED_OTHERWISE = {
    "Bedford Borough": "Bedford",
    "Bristol, City of": "City of Bristol",
    "Dorset": "Dorset Council",
    "Durham": "County Durham",
    "Kingston Upon Hull, City of": "Kingston upon Hull",
}
"""A council's name with the Department for Education -> its everyday name in the list of councils."""
BEFORE_REORGANISATION = " (Pre LG)"
COUNTRY = ("E92000001", "England", ENGLAND, "Country")
REGIONS = (
    ("E12000001", "North East", "980"),
    ("E12000002", "North West", "981"),
    ("E12000003", "Yorkshire and the Humber", "982"),
    ("E12000004", "East Midlands", "983"),
    ("E12000005", "West Midlands", "984"),
    ("E12000006", "East of England", "985"),
    ("E12000007", "London", "986"),
    ("E13000001", "London (Inner)", "987"),
    ("E13000002", "London (Outer)", "988"),
    ("E12000008", "South East", "989"),
    ("E12000009", "South West", "990"),
)
CHILDREN = (
    "LACnum",
    "LAC",
    "LACFinance",
    "TotalLACFinance",
    "SafeguardingFinance",
    "RescareFinance",
    "FosteringFinance",
    "SWFinance",
    "CIN",
    "LACStable_2016on",
    "LACDistance",
    "CareLeaverAcc",
    "CareLeaverEET",
    "Work_Force_Vac_Rate",
    "Work_Force_Agecy_Rate",
    "SENFinance",
    "SEN_CASES_JAN",
    "SEN_EHC_All_20wks",
    "SEN_TotStat",
)
PERIODS = 4
BLOCK_YEARS = ("2013-14", "2014-15", "2017-18")
ADULT_YEARS = ("2018-19", "2019-20", "2020-21", "2021-22", "2022-23")
LINE_YEARS = ("2022-23", "2023-24", "2024-25")
LINE_FORMS = ("RO4", "RO5", "RO6")
LINE_MEASURES = ("total_expenditure", "total_income")
BLOCK_MONEY = "net_current_expenditure_gbp_thousand"


def main(arguments: list[str]) -> int:
    """Writes the cut files beside this script; exit code 0 done, 2 wrong usage."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print(
            "usage: python data/figures/cut_comparators.py FOLDER (of the published files)", file=sys.stderr
        )
        return 2
    source = Path(arguments[0])
    neighbours = list(rows(source / "dfe_statistical_neighbours_2025.csv"))
    councils = authorities(rows(source / "uk_local_authorities.csv"), neighbours)
    alike = comparable(councils, neighbours, rows(source / "oflog_comparator_groups.csv"))
    write("authorities.csv", councils)
    write("comparator_children.csv", children(rows(source / "dfe_lait_children_measures.csv"), alike))
    write("comparator_definitions.csv", definitions(rows(source / "dfe_lait_measure_definitions.csv")))
    write("comparator_blocks.csv", blocks(source, {row["gss_code"] for row in alike}))
    write("comparator_lines.csv", lines(list(rows(source / "mhclg_revenue_outturn_detail_lancashire.csv"))))
    write("comparator_adults.csv", adults(source, {row["gss_code"] for row in alike}))
    write("comparator_list.csv", own_list(rows(source / "oflog_comparator_groups.csv")))
    return 0


def authorities(councils: Iterable[Row], neighbours: Iterable[Row]) -> list[Row]:
    """Every council of the United Kingdom that has a code, then England and its regions."""
    numbers = {
        NAMED_OTHERWISE.get(row["la_name"], row["la_name"]): row["la_number"]
        for row in neighbours
        if not row["la_name"].endswith(BEFORE_REORGANISATION)
    }
    found = [council(row, numbers) for row in councils if row["gss_code"]]
    areas = [COUNTRY, *((code, name, number, "Region") for code, name, number in REGIONS)]
    return sorted(found, key=lambda row: row["gss_code"]) + [
        {
            "gss_code": code,
            "name": name,
            "kind": kind,
            "region": "",
            "la_number": number,
            "former_gss_codes": "",
        }
        for code, name, number, kind in areas
    ]


def council(row: Row, numbers: dict[str, str]) -> Row:
    """One council; the Department for Education's number where it gives one to a council of today."""
    is_current = row["current_authority"] == "True"
    kind = row["local_authority_type_name"]
    has_number = is_current and row["nation"] == "England" and kind != "Non-metropolitan district"
    return {
        "gss_code": row["gss_code"],
        "name": row["nice_name"],
        "kind": kind if is_current else f"{kind} (abolished)",
        "region": row["region"],
        "la_number": numbers.get(row["nice_name"], "") if has_number else "",
        "former_gss_codes": row["former_gss_codes"],
    }


def comparable(councils: Iterable[Row], neighbours: Iterable[Row], listed: Iterable[Row]) -> list[Row]:
    """Unitary authorities, the neighbours of the one authority, and England."""
    near = {row["neighbour_la_number"] for row in neighbours if row["la_number"] == LA_NUMBER}
    near_codes = {row["comparator_ons_code"] for row in listed if row["ons_code"] == ONS_CODE}
    return [
        row
        for row in councils
        if row["kind"] == "Unitary authority"
        or row["gss_code"] in near_codes
        or row["la_number"] in {*near, ENGLAND}
    ]


def children(published: Iterable[Row], alike: Iterable[Row]) -> list[Row]:
    """The latest periods of the chosen measures, by area number alone."""
    numbers = {row["la_number"] for row in alike if row["la_number"]}
    found = [row for row in published if row["measure_code"] in CHILDREN and row["la_number"] in numbers]
    periods: dict[str, set[str]] = {}
    for row in found:
        periods.setdefault(row["measure_code"], set()).add(row["period"])
    latest = {code: sorted(texts)[-PERIODS:] for code, texts in periods.items()}
    kept = [row for row in found if row["period"] in latest[row["measure_code"]]]
    kept.sort(key=lambda row: (CHILDREN.index(row["measure_code"]), row["period"], row["la_number"]))
    columns = ("measure_code", "period", "la_number", "area", "value")
    return [pick({**row, "area": ""}, columns) for row in kept]


def definitions(published: Iterable[Row]) -> list[Row]:
    """The definitions of the chosen measures."""
    chosen = [row for row in published if row["measure_code"] in CHILDREN]
    return sorted(chosen, key=lambda row: CHILDREN.index(row["measure_code"]))


def blocks(source: Path, codes: set[str]) -> list[Row]:
    """The blocks of the summary form and their total, by code alone."""
    columns = ("financial_year", "ons_code", "service_block", BLOCK_MONEY)
    found = [
        *rows(source / "mhclg_revenue_outturn_by_service_block.csv"),
        *totals(rows(source / "mhclg_revenue_outturn_totals.csv")),
    ]
    kept = [row for row in found if row["ons_code"] in codes and row["financial_year"] in BLOCK_YEARS]
    return [pick(row, columns) for row in kept]


def totals(published: Iterable[Row]) -> Iterator[Row]:
    """The total of all services in the columns of a block."""
    for row in published:
        money = row["total_service_expenditure_gbp_thousand"]
        yield {**row, "service_block": "Total service expenditure", BLOCK_MONEY: money}


def lines(published: list[Row]) -> list[Row]:
    """Spending and income of each service line on which the one authority spent, by code alone."""
    columns = ("financial_year", "ons_code", "form", "service_line", "measure", "gbp_thousand")
    spent = {
        (row["form"], row["service_line"])
        for row in published
        if row["ons_code"] == ONS_CODE
        and row["financial_year"] == LINE_YEARS[-1]
        and row["form"] in LINE_FORMS
        and row["measure"] == "total_expenditure"
        and row["gbp_thousand"] not in ("", "0")
        and not row["service_line"].startswith("TOTAL ")
    }
    return [
        pick(row, columns)
        for row in published
        if (row["form"], row["service_line"]) in spent
        and row["measure"] in LINE_MEASURES
        and row["financial_year"] in LINE_YEARS
    ]


def adults(source: Path, codes: set[str]) -> list[Row]:
    """The adult social care metrics of the last years, by code alone."""
    columns = ("financial_year", "ons_code", "measure", "measure_code", "value")
    found = rows(source / "oflog_adult_social_care_metrics.csv")
    return [
        pick(row, columns)
        for row in found
        if row["ons_code"] in codes and row["financial_year"] in ADULT_YEARS
    ]


def own_list(published: Iterable[Row]) -> list[Row]:
    """The comparators that the one authority is listed with."""
    return [row for row in published if row["ons_code"] == ONS_CODE]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
