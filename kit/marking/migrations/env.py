"""Called by Alembic when the tables of marks are upgraded."""

from kit.store.migrating import run_scripts

run_scripts()
