"""Results that stand out among their peers: the rule worked by hand."""

from vfm.scoring.peers import Placed, standings


def family(*scores: float | None, name: str = "waste", directorate: str = "Place") -> dict[int, Placed]:
    return {number: Placed(score, name, directorate) for number, score in enumerate(scores)}


def test_a_result_far_from_the_median_of_its_family_stands_out() -> None:
    # 10 50 52 54 56: the quartiles are 50 and 54, so that far begins 1.5 x 4 = 6 points outside them, at 44.
    found = standings(family(10, 50, 52, 54, 56))
    assert [one.stands_out for one in found.values()] == [True, False, False, False, False]
    assert (found[0].kind, found[0].name, found[0].count, found[0].median) == ("family", "waste", 5, 52)
    assert (found[0].low, found[0].high, found[0].distance) == (44, 60, -42)


def test_peers_that_are_all_alike_are_left_by_more_than_five_points() -> None:
    found = standings(family(50, 50, 50, 50, 55, 55.1))
    assert [number for number, one in found.items() if one.stands_out] == []
    found = standings(family(50, 50, 50, 50, 50, 55, 55.1))
    assert (found[6].low, found[6].high) == (45, 57.5)
    alike = standings(family(50, 50, 50, 50, 50, 50, 55.1))
    assert [number for number, one in alike.items() if one.stands_out] == [6]


def test_four_are_too_few_and_the_directorate_stands_in() -> None:
    four = family(10, 50, 52, 54)
    assert standings(four) == {}
    fifth = four | {9: Placed(56, "parks", "Place")}
    found = standings(fifth)
    assert {one.kind for one in found.values()} == {"directorate"}
    assert found[0].stands_out
    assert found[9].name == "Place"


def test_what_has_no_score_is_nobodys_peer() -> None:
    assert standings(family(10, 50, 52, 54, None)) == {}
    assert 5 not in standings(family(10, 50, 52, 54, 56, None))


def test_services_without_a_family_are_no_family() -> None:
    loose = {number: Placed(50.0 + number, "", f"D{number}") for number in range(6)}
    assert standings(loose) == {}
