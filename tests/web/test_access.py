"""The role matrix: every address that takes no arguments, tried by a visitor and by every role."""

from collections.abc import Callable, Iterator

import pytest
from flask import Blueprint, Flask
from sqlalchemy import Engine

from tests.client import Browser
from tests.council import SmallCouncil
from vfm import app as house
from vfm.app import create_app
from vfm.roles import Actor, Role
from vfm.settings import Settings
from vfm.web.access import ACCESS, SIGNED_IN, VISITOR, allows

NOT_THERE = {"sign_in.demo", "council.logo"}
"""Open to visitors, and not there without a demonstration or a logo: their own tests try them."""

LEAVES = {"sign_in.leave", "sign_in.leave_others"}
"""Ends sessions: tried by their own tests."""


def plain_addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every address without arguments."""
    for rule in app.url_map.iter_rules():
        if not rule.arguments and rule.endpoint not in NOT_THERE | LEAVES:
            methods = rule.methods or set()
            yield rule.endpoint, "GET" if "GET" in methods else "POST", rule.rule


def answer(browser: Browser, method: str, address: str) -> tuple[int, str]:
    """Status and where it leads; what a POST gets without its token is a 400 that comes after the role."""
    with browser.client.open(address, method=method) as response:
        return response.status_code, response.headers.get("Location", "")


def test_a_visitor_is_sent_to_sign_in(app: Flask, browser: Browser) -> None:
    for endpoint, method, address in plain_addresses(app):
        status, led_to = answer(browser, method, address)
        if ACCESS[endpoint] is VISITOR:
            assert "/sign-in" not in led_to, endpoint
        else:
            assert (status, led_to.split("?")[0]) == (302, "/sign-in"), endpoint


def test_signing_in_leads_back_to_the_page_that_was_wanted(app: Flask, browser: Browser) -> None:
    assert answer(browser, "GET", "/people/?role=viewer") == (302, "/sign-in?next=/people/?role%3Dviewer")
    assert answer(browser, "POST", "/account/sign-out-elsewhere") == (302, "/sign-in")


def test_what_is_sent_after_the_session_ended_is_said_not_to_be_saved(browser: Browser) -> None:
    answer(browser, "POST", "/account/sign-out-elsewhere")
    assert "what you sent was not saved" in browser.open("/sign-in").text


def test_a_script_is_told_that_the_session_ended_and_nothing_is_left_for_the_next_page(
    browser: Browser,
) -> None:
    for _ in range(3):
        reply = browser.client.post("/assessments/1/sections/A", headers={"Accept": "application/json"})
        assert (reply.status_code, reply.data) == (401, b"")
    assert "was not saved" not in browser.open("/sign-in").text


def test_an_address_that_is_not_there_keeps_the_menu(signed_in: Callable[[str], Browser]) -> None:
    assert "Sign out" in signed_in("director").open("/nothing-here", expect=404).html


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_finds_no_others(
    app: Flask, signed_in: Callable[[str], Browser], role: Role
) -> None:
    browser = signed_in(role.value)
    actor = Actor(0, "", frozenset({role}))
    tried = 0
    for endpoint, method, address in plain_addresses(app):
        status, led_to = answer(browser, method, address)
        if not allows(endpoint, actor):
            assert status == 404, endpoint
        elif method == "POST":
            assert status == 400, endpoint
        else:
            assert status == 200 or (status in (302, 303) and "/sign-in" not in led_to), (endpoint, status)
            tried += status == 200
    assert tried >= 2


def test_every_rule_names_roles_or_visitors() -> None:
    assert all(rule is VISITOR or (rule and rule <= SIGNED_IN) for rule in ACCESS.values())


def test_somebody_without_a_role_sees_no_page_that_asks_for_one(
    signed_in: Callable[[str], Browser], council: SmallCouncil
) -> None:
    nobody = Actor(0, "")
    assert [
        endpoint for endpoint in ACCESS if allows(endpoint, nobody) and ACCESS[endpoint] is not VISITOR
    ] == []


def test_an_address_without_a_rule_stops_the_app(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Blueprint("planted", __name__)
    planted.add_url_rule("/planted", "page", lambda: "nobody said who may see this")
    monkeypatch.setattr(house, "BLUEPRINTS", (*house.BLUEPRINTS, planted))
    with pytest.raises(RuntimeError, match=r"planted\.page"):
        create_app(Settings(database=engine.url.render_as_string(hide_password=False)))


def test_a_rule_without_an_address_stops_the_app(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACCESS, "gone.page", SIGNED_IN)
    with pytest.raises(RuntimeError, match=r"gone\.page"):
        create_app(Settings(database=engine.url.render_as_string(hide_password=False)))
