"""The jury's decisions to neutralise a criterion for a candidate."""

from alembic import op

from kit.store import sql as sa

revision = "0002"
down_revision = "0001"

_ID = sa.String(100)


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "neutralised",
        sa.Column("session", _ID, primary_key=True),
        sa.Column("epreuve", _ID, primary_key=True),
        sa.Column("candidate", _ID, primary_key=True),
        sa.Column("line", sa.String(200), primary_key=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.String(10), nullable=False),
        sa.Column("author", _ID, nullable=False),
        sa.Column("history", sa.Integer, sa.ForeignKey("history.id"), nullable=False),
    )
