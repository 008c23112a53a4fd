"""Static files are compressed once; free places of Python's own memory are overwritten."""

from __future__ import annotations

import gzip
import sys
from typing import Any

import pytest

from pages.serving import memory
from pages.serving.packed import Packed
from tests.trust.load import aside

GZIP = {"accept-encoding": "gzip"}


class Compressor:
    """Answers like the compressing middleware, and counts."""

    def __init__(self, status: int = 200) -> None:
        self.calls, self.status = 0, status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls += 1
        body = gzip.compress(scope["path"].encode() * 50)
        headers = [(b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:20], "more_body": True})
        await send({"type": "http.response.body", "body": body[20:]})


def ask(app: Packed, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, list[Any]]:
    """Status, body and headers; a server in front adds a header to the list it is given."""
    heard: list[Any] = []

    async def send(message: Any) -> None:
        if "headers" in message:
            message["headers"].append((b"date", b"now"))
        heard.append(message)

    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}
    aside.run(app(scope, None, send))  # type: ignore[arg-type]
    return heard[0]["status"], b"".join(part.get("body", b"") for part in heard), heard[0]["headers"]


def test_a_static_file_is_compressed_once():
    inner = Compressor()
    app = Packed(inner)
    first, *others = [ask(app, "/static/js/a.js", **GZIP) for _ in range(4)]
    assert inner.calls == 1
    assert all(other == first for other in others), "and what a server adds to one answer is not in the next"
    assert gzip.decompress(first[1]) == b"/static/js/a.js" * 50
    assert ask(app, "/static/js/b.js", **GZIP)[1] != first[1]


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/media/x.csv", "GET", GZIP),
        ("/static/js/a.js", "HEAD", GZIP),
        ("/static/js/a.js", "GET", {}),
        ("/static/js/a.js", "GET", {**GZIP, "range": "bytes=0-5"}),
        ("/static/js/a.js", "GET", {**GZIP, "if-none-match": "x"}),
    ],
)
def test_everything_else_is_asked_anew(path: str, method: str, headers: dict[str, str]):
    inner = Compressor()
    app = Packed(inner)
    for _ in range(2):
        ask(app, path, method, **headers)
    assert inner.calls == 2
    assert not app.kept


def test_an_error_is_not_kept():
    inner = Compressor(404)
    app = Packed(inner)
    assert [ask(app, "/static/none.js", **GZIP)[0] for _ in range(2)] == [404, 404]
    assert inner.calls == 2


@pytest.mark.skipif(sys.platform != "linux", reason="the statistics go to a C stream that only glibc makes")
def test_free_places_are_found_and_filled():
    gone = [bytes([n % 251]) * 100 for n in range(5_000)]
    del gone
    free, _spare = memory._free_places()
    size = (memory.HEADER + 100 + 15) // 16 * 16
    assert free[size] > 0
    assert set(free) <= set(range(16, memory.LARGEST + 1, 16))
    memory.clean()
