"""Called by Alembic when the tables of a learner's book are upgraded."""

from kit.store.migrating import run_scripts

run_scripts()
