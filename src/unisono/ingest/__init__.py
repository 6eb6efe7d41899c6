"""Ingestion: files of any shape become the contract's source tables, and nothing is lost on the way.

Reads the files that `sources.yaml` declares; writes `source_record`, `source_touchpoint`, `source_consent`,
`source_outcome`, `rep`, `time_off`, `territory_area`, `source_assignment` and `quarantine`. Every row of every
file ends accepted, in quarantine with a reason, or counted as a duplicate. A file that cannot be read to its end
stops the run: half a list of consents would fail open.
"""

from __future__ import annotations

from unisono.ingest.declare import read_sources
from unisono.ingest.files import COLLECTED, SourceFile, sha256, source_files
from unisono.ingest.run import INGESTED, FileCount, ingest
from unisono.ingest.spec import Source, Sources

__all__ = [
    "COLLECTED",
    "INGESTED",
    "FileCount",
    "Source",
    "SourceFile",
    "Sources",
    "ingest",
    "read_sources",
    "sha256",
    "source_files",
]
