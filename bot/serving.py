"""Processes: web, worker, and both together with the embedded PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from bot.child import CHILD, Child, await_parent
from bot.settings import Settings, share_metrics

WATCH_EVERY = 1.0

log = logging.getLogger(__name__)


def database_url(settings: Settings) -> str:
    """The configured database, or the embedded one started now."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    from bot.embedded import EmbeddedPostgres

    return EmbeddedPostgres(settings.data_dir).start()


def serve(settings: Settings) -> None:
    """Web in this process, the worker in a child that is started again if it dies."""
    gc.disable()
    _check_port(settings)
    folder = settings.data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    share_metrics(folder.absolute())
    _check_token(settings)
    _train_first(settings)
    CHILD.go(host=settings.host, port=settings.port, metrics=str(folder.absolute()))
    _keep_logs(settings)
    _run(_serve(settings, CHILD))


def web(settings: Settings) -> None:
    """The web process alone."""
    gc.disable()
    _checked(settings)
    _run(_web(settings, _prepared(settings)))


def told() -> dict[str, Any]:
    """The settings that the parent of a worker tells it, once it does; what takes longest is loaded meanwhile."""
    gc.disable()
    import nlp_models.pipeline  # noqa: F401

    given = await_parent()
    share_metrics(Path(given.pop("metrics")))  # it was started before its parent knew where they are
    return given


def worker(settings: Settings, child: bool = False) -> None:
    """The worker alone, or that of ``serve``."""
    gc.disable()
    _checked(settings)
    _run(_worker(settings, child))


def _check_port(settings: Settings) -> None:
    """Before anything of a Vigie that already runs here is touched."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            typer.echo(f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): try --port.", err=True)
            raise typer.Exit(2) from error


def _train_first(settings: Settings) -> None:
    """At the very first start, train before the page opens, in a process that then gives its memory back.

    Later starts do not wait: the worker sees by itself whether the examples have changed.
    """
    if not any((settings.data_dir / "models").glob("*")):
        subprocess.run([sys.executable, "-m", "bot", "nlp", "prepare"], check=True)


def _checked(settings: Settings) -> None:
    _keep_logs(settings)
    _check_token(settings)


def _keep_logs(settings: Settings) -> None:
    from bot.observability import configure_logging

    configure_logging(settings.log_level)


def _check_token(settings: Settings) -> None:
    if not settings.embedded and settings.api_token is None:
        typer.echo("VIGIE_API_TOKEN is not set: choose one (see .env.example).", err=True)
        raise typer.Exit(2)


def _prepared(settings: Settings) -> str:
    """The database, there and up to date."""
    from bot.schema import upgrade

    url = database_url(settings)
    upgrade(url)
    return url


def _run(main: Any) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def _collect_from_now_on() -> None:
    """What a start loads is there to stay: looking through it for garbage took a tenth of the start."""
    gc.freeze()
    gc.enable()


async def _serve(settings: Settings, child: Child) -> None:
    # The worker loads its model while the database comes up here.
    url: str | None = None
    running = [asyncio.create_task(_watch(child))]
    try:
        preparing = asyncio.create_task(asyncio.to_thread(_prepared, settings))
        await asyncio.sleep(0)  # it begins
        import bot.web  # noqa: F401 (while PostgreSQL starts)

        url = await preparing
        running.append(asyncio.create_task(_revive(settings)))
        await _web(settings, url)
    finally:
        for task in running:
            task.cancel()
        await asyncio.to_thread(child.stop)
        if settings.embedded and url is not None:
            from bot.embedded import EmbeddedPostgres

            EmbeddedPostgres(settings.data_dir).forget_the_dead()  # a worker that was killed would keep it running


async def _watch(child: Child) -> None:
    """Start the worker again whenever it ends."""
    while True:
        code = await asyncio.to_thread(child.wait)
        if code is not None:
            log.warning("the worker ended and is started again", extra={"code": code})
        await asyncio.sleep(child.pause())
        child.again()


async def _web(settings: Settings, url: str) -> None:
    import uvicorn

    from bot.bootstrap import build, ensure_roster
    from bot.web import Server, create_app
    from intake.channels.media_line import LARGEST

    house = build(settings, url)
    of_the_city = await ensure_roster(house)
    if not of_the_city:
        log.warning("the on-call roster is the invented example: set VIGIE_ONCALL_FILE")
    config = uvicorn.Config(
        create_app(house, url),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws="websockets-sansio",
        ws_max_size=LARGEST,
        ws_per_message_deflate=False,
    )
    server = Server(config)
    _collect_from_now_on()
    if house.ears is not None and house.ears.problem:
        silent = "callers are not heard yet: they have the keypad, a person, the answering machine"
        log.warning(silent, extra={"why": house.ears.problem})
    welcome(settings, house.api_token)
    await server.serve()


def welcome(settings: Settings, token: str) -> None:
    """Where to look, for whoever just started it on their machine."""
    if not settings.embedded:
        return
    base = settings.base_url
    typer.echo(
        f"\n  Vigie  {base}\n"
        f"    citizen   {base}/signaler   and a drawn telephone {base}/demo\n"
        f"    room      {base}/salle\n"
        f"    API token {token}\n"
    )


async def _worker(settings: Settings, child: bool) -> None:
    from bot.bootstrap import build, ensure_roster
    from bot.practice import practise
    from bot.schema import wait_until_current
    from bot.school import load_classifier
    from bot.worker import Worker, run_until_signalled

    classifier = load_classifier(settings)
    url = database_url(settings) if child else _prepared(settings)
    wait_until_current(url)
    house = build(settings, url, classifier=classifier)
    if not child:
        await ensure_roster(house)
    _collect_from_now_on()
    beside = [asyncio.create_task(classifier.keep_current()), asyncio.create_task(practise(house))]
    await run_until_signalled(Worker(house))
    for task in beside:
        task.cancel()
    if house.ears is not None:
        await house.ears.close()
    await house.database.close()


async def _revive(settings: Settings) -> None:
    """The embedded PostgreSQL is ours to keep alive."""
    if not settings.embedded:
        return
    from bot.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(settings.data_dir)
    while True:
        await asyncio.sleep(WATCH_EVERY)
        try:
            await asyncio.to_thread(postgres.revive)
        except Exception as error:  # noqa: BLE001 (it is tried again in a second, whatever it was)
            log.warning("the embedded PostgreSQL does not start", extra={"error": type(error).__name__})
