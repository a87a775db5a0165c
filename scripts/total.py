"""Adds up the test reports of a folder and prints one plain line: python total.py FOLDER FAILED_PARTS.

Reads jest's JSON and the JUnit XML of pytest and Playwright. Exits with 1 if a test or a part failed,
or if nothing ran: a part may fail without a failed test (lint, a build, a missing program).
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(folder: Path, failed_parts: int) -> int:
    passed = failed = skipped = 0
    for report in sorted(folder.iterdir()):
        if report.suffix == ".json":
            told = json.loads(report.read_text())
            counts = (told["numPassedTests"], told["numFailedTests"], told["numPendingTests"])
        else:
            suites = ElementTree.parse(report).getroot().iter("testsuite")
            told = [{k: int(s.get(k) or 0) for k in ("tests", "failures", "errors", "skipped")} for s in suites]
            bad = sum(s["failures"] + s["errors"] for s in told)
            idle = sum(s["skipped"] for s in told)
            counts = (sum(s["tests"] for s in told) - bad - idle, bad, idle)
        print(f"{report.stem:20} {counts[0]:5} passed {counts[1]:3} failed {counts[2]:3} skipped")
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    print(f"{passed} passed, {max(failed, failed_parts)} failed, {skipped} skipped")
    return 1 if failed or failed_parts or not passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
