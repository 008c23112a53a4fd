"""What somebody waits for on the page: ``python -m benchmarks.waiting orders.parquet`` (up to the limit of an upload).

From the drop to the preview, and from the button to the next page: pressed at once, and after the preview was looked at for as long as
the data set takes to be made ahead. The page runs in this process without a browser.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.ui.registry import REGISTRY
from tests.trust.visitors import mine

LONGEST = 600
"""Seconds after which a wait is given up."""


def timed(act: Callable[[], AppTest]) -> tuple[AppTest, float]:
    """What came back, and the seconds it took."""
    started = time.perf_counter()
    at = act()
    assert not at.exception, at.exception
    return at, time.perf_counter() - started


def once(path: Path, is_patient: bool) -> dict[str, float]:
    """One visitor with the file; a patient one looks at the preview until all is made."""
    at = AppTest.from_file(str(Path(__file__).parent.parent / "app.py"), default_timeout=LONGEST).run()
    field = next(found for found in at.file_uploader if str(found.key).startswith("upload_"))
    data = path.read_bytes()
    at, preview = timed(lambda: field.upload(path.name, data, "application/octet-stream").run())
    started, coming = time.perf_counter(), mine(at).coming
    if is_patient and coming is not None and coming.ahead is not None:
        coming.ahead.done.wait(LONGEST)
    looked = time.perf_counter() - started
    button = next(found for found in at.button if found.label == "Build my data set")
    _at, page = timed(lambda: button.click().run())
    REGISTRY.close_all()
    return {"preview": preview, "looked": looked, "page": page}


def main() -> None:
    """Both visitors, in turn."""
    path = Path(sys.argv[1])
    for name, is_patient in (("pressed at once", False), ("looked first", True)):
        print(name, {key: round(seconds, 2) for key, seconds in once(path, is_patient).items()}, flush=True)


if __name__ == "__main__":
    main()
