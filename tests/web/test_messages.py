"""The administrator's page of e-mails, and one-time links that go out by e-mail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.client import Browser
from tests.council import NOW
from vfm.store import outbox
from vfm.store.database import transaction
from vfm.store.tables import Message
from vfm.web.current import Wiring

Enter = Callable[[str], Browser]


@pytest.fixture
def some(engine: Engine) -> None:
    """An e-mail in every state."""
    with transaction(engine) as session:
        for state in ("waiting", "sending", "sent", "unsure", "failed"):
            outbox.queue(
                session,
                step=state,
                person_id=None,
                address=f"{state}@b.example",
                subject=f"About {state}",
                body="Hello",
                now=NOW,
            )
        rows = {row.step: row for row in session.scalars(select(Message))}
        rows["sending"].claimed_until = NOW + timedelta(minutes=5)
        rows["sent"].sent_at = NOW
        rows["unsure"].handed_over_at = rows["unsure"].claimed_until = NOW - timedelta(hours=1)
        rows["failed"].failed_at, rows["failed"].problem = NOW, "The mail server said no: 550 No such person"


def test_each_state_is_shown_counted_and_found(some: None, signed_in: Enter) -> None:
    administrator = signed_in("administrator")
    page = administrator.open("/").follow("E-mails")
    assert "No mail server is set, so 1 e-mail waits." in page.text
    for words in ("Waiting (1)", "Being sent (1)", "Sent (1)", "May have been sent (1)", "Not sent (1)"):
        assert len(page.follow(words).soup.select("tbody tr")) == 1, words
    assert "550 No such person" in page.follow("Not sent (1)").text
    assert len(page.submit("Show", words="UNSURE@").soup.select("tbody tr")) == 1
    assert "No e-mail fits" in page.submit("Show", words="nobody").text


def test_only_what_may_not_have_gone_out_is_sent_again(some: None, signed_in: Enter, engine: Engine) -> None:
    administrator = signed_in("administrator")
    page = administrator.open("/e-mails/")
    assert len(page.soup.select("tbody form")) == 2
    for state in ("unsure", "failed"):
        page = administrator.open(f"/e-mails/?state={state}")
        assert f"“About {state}” will be sent again." in page.submit("Send again").text
    with transaction(engine) as session:
        claimed = outbox.claim(session, now=NOW)
    assert {one.step for one in claimed} == {"waiting", "unsure", "failed"}
    assert not administrator.open("/e-mails/").soup.select("tbody form"), "nothing is left to send again"


def test_what_was_sent_is_refused_and_a_one_time_link_not_kept(
    some: None, signed_in: Enter, engine: Engine, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with transaction(engine) as session:
        rows = {row.step: row for row in session.scalars(select(Message))}
        rows["failed"].body = "Open {pages}/invitations/\n"
    client = signed_in("administrator").client
    for state in ("sent", "waiting", "sending", "failed"):
        assert client.post(f"/e-mails/{rows[state].id}/send-again").status_code == 409, state
    assert client.post("/e-mails/999/send-again").status_code == 404


def test_an_empty_page_says_why(signed_in: Enter) -> None:
    assert "No e-mail yet." in signed_in("administrator").open("/e-mails/").text


def test_links_go_out_where_a_mail_server_is_set(signed_in: Enter, app: Flask, engine: Engine) -> None:
    administrator = signed_in("administrator")
    form = administrator.open("/people/add")
    typed = {"name": "Nora New", "roles": ["viewer"]}
    assert "Copy the link" in form.submit("Add person", email="nora@b.example", **typed).text
    wired: Wiring = app.extensions["vfm"]
    settings = replace(wired.settings, mail="smtp://mail.example?from=vfm@b.example")
    app.extensions["vfm"] = replace(wired, settings=settings)
    page = administrator.open("/people/add").submit("Add person", email="nick@b.example", **typed)
    assert "The link below goes to them by e-mail." in page.text
    again = page.submit("Make a new invitation link")
    with transaction(engine) as session:
        sent = session.scalars(select(Message).order_by(Message.id)).all()
    assert [one.address for one in sent] == ["nick@b.example", "nick@b.example"]
    shown = str(again.soup.select_one("#link")["value"]).rpartition("/")[2]
    assert f"{{pages}}/invitations/{shown}\n" in sent[1].body
