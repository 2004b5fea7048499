"""The first tables of a learner's book."""

from alembic import op

from kit.store import sql as sa

revision = "p0001"
down_revision = None

_CODE = sa.String(200)
_MOMENT = sa.String(40)


def _needed(name: str, kind: sa.TypeEngine[str] | sa.TypeEngine[int]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _CODE, primary_key=True)


def _work(*, key: bool) -> sa.Column[int]:
    link = sa.ForeignKey("work.id", ondelete="CASCADE")
    return sa.Column("work", sa.Integer, link, primary_key=key, nullable=False)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "work",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _needed("template", _CODE), _needed("number", sa.Integer()), _needed("use", sa.String(20)),
        _needed("title", sa.Text()), _needed("epreuve", _CODE), _needed("referentiel", _CODE),
        _needed("signature", sa.String(64)), _needed("begun", _MOMENT), sa.Column("finished", _MOMENT),
        sa.Column("given", _CODE, nullable=False, server_default=""),
        _needed("grid", sa.Text()), _needed("figures", sa.Text()),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "try",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _work(key=False), _needed("question", _CODE), _needed("name", _CODE), _needed("typed", sa.Text()),
        _needed("outcome", sa.String(20)), _needed("at", _MOMENT),
    )  # fmt: skip
    op.create_table("written", _work(key=True), _key("question"), _needed("text", sa.Text()))
    op.create_table("hint", _work(key=True), _key("question"), _key("name"), _needed("rank", sa.Integer()))
    op.create_table("opened", _work(key=True), _key("question"))
    op.create_table(
        "judged",
        _work(key=True), _key("line"), sa.Column("level", _CODE), _needed("evidence", sa.Text()),
        sa.Column("confidence", sa.String(20)), _needed("next_step", sa.Text()),
    )  # fmt: skip
    op.create_table(
        "outside",
        _work(key=True), _key("line"), sa.Column("role", sa.String(20), primary_key=True), _key("author"),
        sa.Column("level", _CODE), _needed("comment", sa.Text()), _needed("at", _MOMENT),
    )  # fmt: skip
