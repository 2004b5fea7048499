"""The papermill engine `kit` (entry point `papermill.engine`): no cell runs in the process that asks.

papermill loads this module each time it is imported, so it imports nothing before it is used.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.execution.client import Opener

opener: Opener | None = None
"""How to start a kernel here; None where it is asked of the process's own pool."""


class KitEngine:
    """Executes a notebook with papermill's own client, in a kernel forked from a warm process."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, *arguments: Any, **keywords: Any) -> Any:
        """Return the executed notebook; a kernel that is not this Python's is left to papermill's engine."""
        from papermill.engines import NBClientEngine

        if not can_fork() or not same_environment(kernel_name):
            return NBClientEngine.execute_notebook(nb, kernel_name, *arguments, **keywords)
        return _forked_engine().execute_notebook(nb, kernel_name, *arguments, **keywords)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> Any:
        """Return the name of the notebook's kernel."""
        from papermill.utils import nb_kernel_name

        return nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> Any:
        """Return the notebook's language."""
        from papermill.utils import nb_language

        return nb_language(nb, language)


@cache
def _forked_engine() -> Any:
    from papermill.engines import NBClientEngine

    from kit.execution.client import PipeManager

    class ForkedEngine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **keywords: Any) -> Any:
            """Execute the cells through a link to a forked kernel."""
            asked = (keywords.get("resources") or {}).get("metadata", {}).get("path")
            link = (opener or _from_pool)(asked or str(Path.cwd()))
            try:
                done = super().execute_managed_notebook(nb_man, kernel_name, km=PipeManager(link), **keywords)
            except BaseException:
                link.kill()
                raise
            link.close()
            return done

    return ForkedEngine


def _from_pool(folder: str) -> Any:
    from kit.execution.pool import shared_pool

    with shared_pool() as pool:
        return pool.kernel(folder)


def can_fork() -> bool:
    """Whether this system can fork and hand sockets over."""
    import socket

    return hasattr(os, "fork") and hasattr(socket, "send_fds")


@cache
def same_environment(kernel_name: str | None) -> bool:
    """Whether a kernel is ipykernel in this very Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec(kernel_name or "python3")
    except NoSuchKernel:
        return False
    argv = spec.argv
    here = argv[0] in ("python", "python3") or Path(argv[0]).absolute() == Path(sys.executable).absolute()
    return here and "ipykernel_launcher" in argv and not spec.env
