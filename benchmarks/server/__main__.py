"""All figures of the server as JSON, then as the table of benchmarks/README.md. Exits with 1 when one is not kept."""

from __future__ import annotations

import json
import sys

from . import archive, folder, import_cost, transfer


def main() -> int:
    cost, listing, moved = import_cost.measure(), folder.measure(), transfer.measure()
    packed = archive.measure()
    print(json.dumps({"import": cost, "folder": listing, "transfer": moved, "archive": packed}, indent=2))
    up, down = moved["upload"], moved["download"]
    rows = [
        ("Loading the extension: time", cost["ms"], cost["wanted"]["ms"], "ms"),
        ("Loading the extension: memory", cost["MiB"], cost["wanted"]["MiB"], "MiB"),
        ("256 MiB up: growth of the server's peak memory", up["peakGrowthMiB"], up["wantedMiB"], "MiB"),
        ("256 MiB down: growth of the server's peak memory", down["peakGrowthMiB"], down["wantedMiB"], "MiB"),
        ("256 MiB as a zip: growth of the server's peak memory", packed["peakGrowthMiB"], packed["wantedMiB"], "MiB"),
        ("256 MiB up: time", up["timesCurl"], None, "x the same pieces by curl"),
        ("256 MiB down: time", down["timesCurl"], None, "x curl"),
        ("Opening a folder of 5,000 objects", listing["requestsToOpen"], 1, "store requests"),
        ("An idle server", listing["requestsWhileIdle"], 0, "store requests"),
    ]
    print("\n| what | measured | wanted |\n| --- | --- | --- |")
    for what, value, wanted, unit in rows:
        print(f"| {what} | {value} {unit} | {'' if wanted is None else f'<= {wanted}'} |")
    kept = all(wanted is None or value <= wanted for _, value, wanted, _ in rows)
    return 0 if kept and not cost["heavy"] else 1


if __name__ == "__main__":
    sys.exit(main())
