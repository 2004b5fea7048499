"""The words in which rooms below declare their tables and ask for rows; they know no other of the library's."""

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Row,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "Column", "Connection", "ForeignKey", "Integer", "MetaData", "Row", "RowMapping", "String", "Table", "Text",
    "TypeEngine", "UniqueConstraint", "delete", "insert", "select", "update",
]  # fmt: skip
