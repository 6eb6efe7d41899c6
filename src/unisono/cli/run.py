"""unisono run"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import (
    console,
    data_option,
    echo_json,
    instant,
    json_option,
    label,
    print_table,
    project_argument,
)
from unisono.project import open_project

if TYPE_CHECKING:
    from unisono.store import Snapshot


UNREADABLE = """
select count(*) as rows
from quarantine
where table_name = 'source_consent' and source_record_id is null and reason not in ('after_clock', 'set_aside')
"""
SET_ASIDE = (
    "select source, file, count(*) as rows from quarantine where reason = 'set_aside' group by source, file"
)


class Lines:
    """Progress as one line a table on standard error, with the rows read so far while a file is read."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def started(self, name: str) -> None:
        """See `Progress`."""
        if self._live:
            click.echo(f"  {name} ...", err=True, nl=False)

    def reading(self, file: str, rows: int) -> None:
        """See `Progress`."""
        if self._live:
            click.echo(f"\r\x1b[K  reading {file}: {rows:,} rows", err=True, nl=False)

    def finished(self, name: str, rows: int, seconds: float) -> None:
        """See `Progress`."""
        start = "\r\x1b[K" if self._live else ""
        click.echo(f"{start}  {name:<22} {rows:>12,} rows {seconds:>8.2f} s", err=True)


@click.command(name="run")
@project_argument
@click.option("--as-of", help="The clock of the run (UTC), e.g. 2015-01-01; the present instant if left out.")
@data_option
@click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), help="Instead of the project's own setting."
)
@click.option("--seed", type=click.IntRange(0), help="Instead of the project's own setting.")
@click.option("--force", is_flag=True, help="Run even if nothing changed since the published run.")
@json_option
def command(
    folder: Path,
    as_of: str | None,
    data: Path | None,
    engine: str | None,
    seed: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Run the project in DIR (default: here) and publish a snapshot.

    Reads every source, resolves customers, learns preferences, decides under consent, caps and capacity, and
    publishes the result in one step. If anything fails, the last snapshot stays in place.
    """
    project = open_project(folder)
    before = project.store.current()
    snapshot = project.run(
        as_of=instant(as_of),
        data=data,
        engine=engine,
        seed=seed,
        force=force,
        progress=None if as_json else Lines(),
    )
    if as_json:
        echo_json(snapshot.manifest)
        return
    if before is not None and before.run_id == snapshot.run_id:
        click.echo(f"Nothing changed since run {snapshot.run_id}; use --force to run again.")
    summarise(folder, snapshot)


def source_row(source: dict[str, Any], set_aside: int) -> tuple[str, ...]:
    """Return a source's counts as text; the manifest counts rows set aside among those in quarantine."""
    quarantined = source["quarantined"] - set_aside
    counts = (source["rows_in"], source["accepted"], set_aside, quarantined, source["duplicates"])
    return (source["name"], source["file"], *(f"{count:,}" for count in counts))


def summarise(folder: Path, snapshot: Snapshot) -> None:
    """Print what went in, what stopped candidates, and what was decided."""
    manifest = snapshot.manifest
    mark = label(manifest["simulated"])
    counts = ["rows in", "accepted", "set aside", "quarantined", "duplicates"]
    aside = {(row["source"], row["file"]): row["rows"] for row in snapshot.read(SET_ASIDE).to_pylist()}
    print_table(
        f"Sources{mark}: rows in = accepted + set aside + quarantined + duplicates",
        ["source", "file", *counts],
        [
            source_row(source, aside.get((source["name"], source["file"]), 0))
            for source in manifest["sources"]
        ],
        counts,
    )
    funnel = snapshot.read(
        "select gate, entering, removed from funnel where customer_id = '*' order by position"
    )
    print_table(
        "Gates: candidates (customer x product x channel x representative) met and stopped",
        ["gate", "entering", "removed"],
        [(r["gate"], f"{r['entering']:,}", f"{r['removed']:,}") for r in funnel.to_pylist()],
        ["entering", "removed"],
    )
    mix = snapshot.read(
        "select channel, count(*) as suggestions, count(distinct rep_id) as representatives, "
        "round(avg(value), 2) as mean_value from decision group by channel order by suggestions desc, channel"
    )
    print_table(
        f"Suggestions{mark}",
        ["channel", "suggestions", "representatives", "mean value"],
        [
            (r["channel"], f"{r['suggestions']:,}", r["representatives"] or "", f"{r['mean_value']:.2f}")
            for r in mix.to_pylist()
        ],
        ["suggestions", "representatives", "mean value"],
    )
    out = console()
    unknown = snapshot.read(UNREADABLE)["rows"][0].as_py()
    if unknown:
        out.print(
            f"Attention: {unknown} consent statements cannot be read and name no customer; see 'unisono tables show "
            f"{folder} quarantine'. Others that cannot be read count as refusals until they are mended.",
            style="bold",
            markup=False,
        )
    out.print(f"Published run {snapshot.run_id} as of {manifest['clock']}{mark}", markup=False)
    out.print(f"Next: unisono decisions {folder} --top 5", markup=False)
