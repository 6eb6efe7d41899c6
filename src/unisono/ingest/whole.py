"""Whole files as tables, the small ones kept in memory: who joins a file need not read what another has read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pyarrow as pa

from unisono.ingest.cache import key_of
from unisono.ingest.files import Opened
from unisono.ingest.read import read
from unisono.ingest.spec import Source

KEPT_BYTES = 256 << 20  # of all files together
KEPT_FILE_BYTES = 32 << 20  # of one file


class Recent:
    """Tables by key, those used lately: as many as `most` bytes hold."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, tuple[int, Sequence[pa.Table]]] = OrderedDict()

    def find(self, key: str) -> Sequence[pa.Table] | None:
        """Return the tables of a key, or None if they are not kept."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def keep(self, key: str, tables: Sequence[pa.Table], size: int) -> None:
        """Keep tables of `size` bytes in place of those that were not used for longest."""
        self._kept[key] = size, tables
        self._size += size
        while self._size > self._most:
            self._size -= self._kept.popitem(last=False)[1][0]


_RECENT = Recent(KEPT_BYTES)


def whole(file: Opened, source: Source, sha256: str, unchanged: Callable[[], None]) -> Iterator[pa.Table]:
    """Yield a file's rows as `read` does, without what is no row.

    `sha256` is the hash of its bytes; `unchanged` raises if they are not those that were read.
    """
    options = (source.encoding, source.delimiter, source.quote, source.decimal, source.sheet)
    key = key_of(sha256, file.label, file.format, file.member, options)
    kept = _RECENT.find(key)
    if kept is not None:
        yield from kept
        return
    tables: list[pa.Table] = []
    size = 0
    with closing(read(file, source)) as batches:
        for batch in batches:
            yield batch.table
            size += batch.table.nbytes
            if size <= KEPT_FILE_BYTES:
                tables.append(batch.table)
    unchanged()
    if size <= KEPT_FILE_BYTES:
        _RECENT.keep(key, tables, size)
