"""The only user of SQLAlchemy: databases, their versions, and a history that is only ever added to.

No exam word here: rooms below declare their tables and their migrations.
"""

from kit.store.database import Database, open_database

__all__ = ["Database", "open_database"]
