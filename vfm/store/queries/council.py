"""The one council: its row, its logo."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.store.tables import Authority, Council


def for_change(session: Session) -> Council | None:
    """The council's row, locked until the transaction ends; None before `vfm init`."""
    return session.scalars(select(Council).with_for_update()).first()


def count(session: Session) -> int:
    """How many councils there are: none or one."""
    return session.scalar(select(func.count()).select_from(Council)) or 0


def logo(session: Session) -> tuple[bytes, str] | None:
    """The logo's bytes and media type; None without one."""
    row = session.execute(select(Council.logo, Council.logo_type)).first()
    return None if row is None or row.logo is None else (row.logo, row.logo_type)


def authority_name(session: Session, code: str) -> str | None:
    """What published figures call the council with this code; None where nobody knows it."""
    return session.scalar(select(Authority.name).where(Authority.code == code)) if code else None


def hold(session: Session) -> None:
    """Let nobody else change what the council set for all of prioritisation until the transaction ends."""
    session.execute(select(Council.id).with_for_update())
