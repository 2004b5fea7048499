"""What the jury decided, and its signed PV with the rectificatifs."""

from typing import Any

from alembic import op

from kit.store import sql as sa
from kit.store.history import append_only

revision = "0003"
down_revision = "0002"

_ID = sa.String(100)


def _key(name: str, kind: sa.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, _ID if kind is None else kind, primary_key=True)


def _history() -> sa.Column[Any]:
    return sa.Column("history", sa.Integer, sa.ForeignKey("history.id"), nullable=False)


def upgrade() -> None:
    """Create them; a PV that is signed changes no more."""
    op.create_table(
        "decided",
        _key("session"),
        _key("candidate"),
        _key("bloc"),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("proposal", sa.String(20)),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("author", _ID, nullable=False),
        _history(),
    )
    op.create_table(
        "signed",
        _key("session"),
        _key("number", sa.Integer()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _history(),
    )
    for statement in append_only(op.get_bind().dialect.name, "signed"):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        _let_markers_see_whether_it_is_signed()


def _let_markers_see_whether_it_is_signed() -> None:
    """Give the roles of markers made before this what those made later have."""
    asked = (
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants "
        "WHERE table_name = 'locked' AND privilege_type = 'INSERT' AND left(grantee, 4) = 'kit_'"
    )
    for (role,) in op.get_bind().exec_driver_sql(asked).all():
        op.execute(f"GRANT SELECT (session, number) ON signed TO {role}")
