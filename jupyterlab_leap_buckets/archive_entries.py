"""The entries of an archive that is being written, small: of each, what its central directory has to say at the end.

`zipfile` keeps an object of about 1 KiB for each, which for a Zarr store of a million chunks would be a gigabyte.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

_FACTS = struct.Struct("<QQQII6HBBBHH")


class Entries:
    """Stands in for `ZipFile.filelist`, to which entries are only added until it is gone through at the end."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self.by_name = _NoNames()

    def append(self, entry: zipfile.ZipInfo) -> None:
        facts = _FACTS.pack(
            entry.file_size,
            entry.compress_size,
            entry.header_offset,
            entry.CRC,
            entry.external_attr,
            *entry.date_time,
            entry.create_system,
            entry.create_version,
            entry.extract_version,
            entry.flag_bits,
            len(entry.extra),
        )
        self._packed.append(facts + entry.extra + entry.filename.encode())

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[zipfile.ZipInfo]:
        for packed in self._packed:
            facts = _FACTS.unpack_from(packed)
            extra_end = _FACTS.size + facts[-1]
            entry = zipfile.ZipInfo(packed[extra_end:].decode(), facts[5:11])
            entry.file_size, entry.compress_size, entry.header_offset, entry.CRC, entry.external_attr = facts[:5]
            entry.create_system, entry.create_version, entry.extract_version, entry.flag_bits = facts[11:15]
            entry.extra = packed[_FACTS.size : extra_end]
            yield entry


class _NoNames(dict):  # type: ignore[type-arg]
    """Stands in for `ZipFile.NameToInfo`: `ArchiveNames` gives no name twice."""

    def __setitem__(self, name: str, entry: zipfile.ZipInfo) -> None:
        pass
