"""The words in which rooms below declare their tables and ask for rows; they know no other of the library's."""

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "Column", "Connection", "ForeignKey", "Integer", "Row", "RowMapping", "String", "Table", "Text",
    "TypeEngine", "UniqueConstraint", "insert", "select",
]  # fmt: skip
