"""Writes what the suites last found into docs/trust.md: ``python -m tests.trust.report``."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import ROOT
from tests.trust.load import figures

PLACE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
NAMES = {
    "first_look": "First look at every page of every sample",
    "load": "50 people click around",
    "load_100": "100 people click around",
    "cpu": "Processor time of a rerun",
    "rush": "50 people open it within 10 s",
    "neighbour": "Beside a guest who asks for the heaviest things",
    "isolation": "Strangers side by side",
    "erasure": "A closed tab",
    "delete_now": "“Delete my data now”",
    "restart_stopped": "The server is stopped",
    "restart_killed": "The server is killed",
    "bad_inputs": "Bad files",
    "generated": "Generated exports",
    "damaged": "Damaged files",
    "escapes": "Hostile statements",
    "kills": "Killed while writing",
    "surfaces": "A file whose every text attacks",
}


def lines() -> list[dict[str, Any]]:
    """The last line of every suite, in the order of :data:`NAMES`."""
    found = [figures.FOLDER / f"{name}.json" for name in NAMES]
    return [json.loads(path.read_text(encoding="utf-8")) for path in found if path.exists()]


def table(found: list[dict[str, Any]]) -> str:
    """The lines as a table, with when and on what machine."""
    rows = ["| what | promised | measured | machine then | when |", "| --- | --- | --- | --- | --- |"]
    for line in found:
        others = (
            f"load {line['load_average']}, others use {line['others_cpus']} processors"
            if "load_average" in line
            else "-"
        )
        when = line["at"][:16].replace("T", " ")
        rows.append(f"| {NAMES[line['suite']]} | {line['promise']} | {line['figure']} | {others} | {when} |")
    machines = sorted({line["machine"] for line in found})
    return "\n".join([*rows, "", f"Machine: {'; '.join(machines)}."])


def rewritten(text: str, found: list[dict[str, Any]]) -> str:
    """The page with the table between the two marks replaced; raises ``ValueError`` where a mark is missing."""
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(found)}\n{END}{after}"


def main() -> None:
    """Rewrite the page."""
    found = lines()
    PLACE.write_text(rewritten(PLACE.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"{len(found)} of {len(NAMES)} suites written to {PLACE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
