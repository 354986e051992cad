"""``vigie simulate``: load for a running Vigie, through its public door."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer

from bot.settings import Settings
from nlp_models.corpus import utterances
from nlp_models.errors import CorpusError

app = typer.Typer(no_args_is_help=True, help="Load for a running Vigie.")

CLIENTS = 32


@app.callback()
def group() -> None:
    """Keeps ``storm`` a sub-command."""


@app.command()
def storm(
    reports: Annotated[int, typer.Option(min=1, max=20_000, help="How many reports.")] = 300,
    seconds: Annotated[float, typer.Option(min=0.0, max=3600.0, help="Over how long.")] = 2.0,
    seed: Annotated[int, typer.Option(help="The same seed sends the same reports.")] = 1,
) -> None:
    """Post many different reports over a few seconds and print what came back, as one JSON object."""
    settings = Settings()
    from bot.bootstrap import api_token
    from bot.school import EXAMPLES

    texts = messages(settings.examples_dir or EXAMPLES, reports, seed)
    outcome = asyncio.run(post_all(settings.base_url, api_token(settings), texts, seconds))
    typer.echo(json.dumps(outcome))
    if outcome["failed"] == reports and not outcome["p50_ms"]:
        typer.echo(f"Nobody answers at {settings.base_url}: start `vigie serve`, or set VIGIE_PORT.", err=True)
    if outcome["failed"]:
        raise typer.Exit(1)


def messages(examples: Path, count: int, seed: int) -> list[str]:
    """``count`` different messages drawn from the examples."""
    try:
        lines = [text for path in sorted(examples.rglob("*.txt")) for text, _ in utterances(path)]
    except CorpusError as error:
        raise typer.BadParameter(str(error)) from error
    if not lines:
        raise typer.BadParameter(f"no examples in {examples}")
    drawn = random.Random(seed).choices(lines, k=count)
    return [f"{line} (n° {number})" for number, line in enumerate(drawn)]


async def post_all(base_url: str, token: str, texts: list[str], seconds: float) -> dict[str, float | int]:
    """Send every text at its moment; latencies are milliseconds from sending to the answer's last byte."""
    latencies: list[float] = []
    failed = 0
    limits = httpx.Limits(max_connections=CLIENTS)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, limits=limits, timeout=30) as client:
        begun = time.perf_counter()

        async def one(index: int, text: str) -> None:
            nonlocal failed
            await asyncio.sleep(index * seconds / len(texts))
            started = time.perf_counter()
            try:
                answer = await client.post("/api/v1/reports", json={"text": text})
            except httpx.HTTPError:
                failed += 1
                return
            failed += not answer.is_success
            latencies.append((time.perf_counter() - started) * 1000)

        await asyncio.gather(*(one(index, text) for index, text in enumerate(texts)))
        elapsed = time.perf_counter() - begun
    latencies.sort()
    return {
        "reports": len(texts),
        "failed": failed,
        "seconds": round(elapsed, 3),
        "p50_ms": round(statistics.median(latencies), 1) if latencies else 0,
        "p99_ms": round(latencies[int(len(latencies) * 0.99) - 1], 1) if latencies else 0,
    }
