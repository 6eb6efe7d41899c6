"""What really went on: planted parameters and hidden states, for tests and measurement only."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unisono.world.delivery import Delivery


class Truth:
    """Writes `customers.parquet`: one row per customer with what the pipeline should find out."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._path = folder / "customers.parquet"
        self._writer: pq.ParquetWriter | None = None

    def add(self, delivery: Delivery) -> None:
        """Append a chunk's customers."""
        table = _customers(delivery)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def __enter__(self) -> Truth:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()


def _customers(delivery: Delivery) -> pa.Table:
    people, brand = delivery.people, delivery.brand
    columns: dict[str, pa.Array | np.ndarray] = {
        "customer": people.number,
        "crm_id": people.crm_id,
        "in_crm": people.in_crm,
        "mail_id": people.mail_id,
        "in_mail": people.in_mail,
        "licence_id": people.licence_id,
        "potential": people.potential,
        "accessible": people.accessible,
        "has_msl": people.has_msl,
    }
    for position, channel in enumerate(brand.channels):
        columns[f"receptivity_{channel}"] = people.receptivity[:, position]
    for position, topic in enumerate(brand.topics):
        columns[f"affinity_{topic}"] = people.affinity[:, position]
    for position, product in enumerate(brand.products):
        columns[f"stage_begin_{product}"] = people.stage[:, position]
        columns[f"stage_end_{product}"] = delivery.stage[:, position]
    return pa.table(columns)
