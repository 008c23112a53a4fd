"""One browser tab without a browser: it speaks Streamlit's websocket protocol and keeps what a tab keeps.

A run is asked for with ``BackMsg.rerun_script`` and is over when ``script_finished`` arrives. Page hashes, widget
states, the query string, the session id and the cache of long messages come from what the server sent before, as in
Streamlit's own front end; uploads go over HTTP with the XSRF cookie.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import streamlit
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from tests.trust.load import widgets

COOKIE = "_streamlit_xsrf"
KEPT_RUNS = 2
"""For how many runs the front end keeps a long message that was not sent again."""
FINAL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
MEDIA = re.compile(rb"/media/[0-9A-Za-z]+\.?[0-9A-Za-z]*")
Path_ = tuple[int, ...]


@cache
def program_files() -> tuple[str, ...]:
    """What a browser loads for a page with charts and tables: index.html's files and those that they import."""
    place = Path(streamlit.__file__).parent / "static"
    waiting = re.findall(r'(?:src|href)="\.?/?(static/[^"]+)"', (place / "index.html").read_text(encoding="utf-8"))
    for name in ("PlotlyChart", "ArrowDataFrame", "Slider", "Selectbox", "ButtonGroup", "Multiselect", "Metric"):
        waiting += [f"static/js/{path.name}" for path in (place / "static" / "js").glob(f"{name}.*.js")]
    found: dict[str, None] = {}
    while waiting:
        path = waiting.pop(0)
        if path in found or not (place / path).is_file():
            continue
        found[path] = None
        if path.endswith(".js"):
            text = (place / path).read_text(encoding="utf-8")
            waiting += [f"static/js/{name}" for name in re.findall(r'(?:from|import)"\./([^"]+\.js)"', text)]
    return tuple("/" + path for path in found)


class VisitError(Exception):
    """What a visitor would call broken."""


@dataclass
class Run:
    """One action and what came back."""

    what: str
    page: str
    seconds: float
    bytes: int = 0
    messages: int = 0
    charts: int = 0


@dataclass
class Shown:
    """An element or a container on the page, where it belongs."""

    proto: Any
    kind: str
    run: int
    fragment: str
    script: str


@dataclass
class Kept:
    """A long message that the front end remembers."""

    message: ForwardMsg
    run: int
    fragment: str


@dataclass
class Tab:
    """A tab on ``address``; ``keep`` collects all bytes it receives."""

    address: str
    path: str = ""
    query: str = ""
    language: str = "en-US"
    keep: bool = False
    received: list[bytes] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    session: str = ""
    page: str = ""
    script: str = ""
    main_script: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    shown: dict[Path_, Shown] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._cache: dict[str, Kept] = {}
        self._run, self._fragments = 0, set[str]()
        self._media, self._deferred = dict[str, None](), dict[str, None]()
        self._cookie = ""
        self._line: ClientConnection | None = None
        self._bytes = self._messages = self._charts = 0

    # the line

    async def connect(self) -> None:
        """Fetch the cookie and open the websocket; with a session id, ask for that session again."""
        host = urlsplit(self.address).netloc
        if not self._cookie:
            _body, headers = await self.fetch("/_stcore/health")
            found = re.search(COOKIE + r"=([^;]+)", headers.get("set-cookie", ""))
            self._cookie = found[1] if found else ""
        protocols = ["streamlit", self._cookie or "PLACEHOLDER_AUTH_TOKEN", *([self.session] if self.session else [])]
        self._line = await connect(
            f"ws://{host}/_stcore/stream",
            origin=self.address,
            subprotocols=protocols,
            additional_headers={"Cookie": f"{COOKIE}={self._cookie}", "Accept-Language": self.language},
            max_size=None,
            open_timeout=60,
            proxy=None,
        )
        self._cache.clear()

    async def close(self, code: int = 1001) -> None:
        """Leave as a closing tab does (1001 = going away)."""
        if self._line is not None:
            await self._line.close(code)
            self._line = None

    def drop(self) -> None:
        """Lose the line without a word, as a laptop that is shut or a lost network."""
        if self._line is not None:
            self._line.transport.abort()
            self._line = None

    async def program(self) -> int:
        """Fetch the front end's own files, as a browser does that was never here; returns their bytes as sent."""
        return await asyncio.to_thread(self._program)

    def _program(self) -> int:
        line, total = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=120), 0
        try:
            for path in ("/", *program_files()):
                line.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"})
                answer = line.getresponse()
                total += len(answer.read())
                if answer.status != 200:
                    raise VisitError(f"{path}: {answer.status}")
        finally:
            line.close()
        return total

    async def fetch(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Any:
        """``(body, headers)`` of an HTTP answer, asked with the tab's cookie."""
        return await asyncio.to_thread(self._ask, path, method, body, headers)

    def _ask(self, path: str, method: str, body: bytes | None, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        line = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=120)
        try:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            line.request(method, path, body, {"Cookie": f"{COOKIE}={self._cookie}", **named})
            answer = line.getresponse()
            found = answer.read()
            if answer.status >= 400:
                raise VisitError(f"{method} {path.split('/')[1]}: {answer.status}")
            return found, {name.lower(): text for name, text in answer.getheaders()}
        finally:
            line.close()

    # what a visitor does

    async def open(self, seconds: float = 60) -> Run:
        """Connect and run the page of ``path`` for the first time."""
        await self.connect()
        return await self.rerun("open", seconds)

    async def go(self, page: str, seconds: float = 60) -> Run:
        """Click on a page in the navigation: only what belongs to the frame keeps its state."""
        frame = {p.proto.id for p in self.shown.values() if p.script == self.main_script and hasattr(p.proto, "id")}
        states = [found for key, found in self.states.items() if key in frame]
        self.query = ""
        self.script = self.pages[page]
        self.page = page
        return await self.rerun("page", seconds, states)

    async def set(self, shown: Shown, value: WidgetState, seconds: float = 60) -> Run:
        """Move a widget."""
        self.states[value.id] = value
        return await self.rerun(shown.kind, seconds, fragment=shown.fragment)

    async def press(self, label: str, seconds: float = 60) -> Run:
        """Click on the first button that is called ``label``."""
        button = next((p for p in self.shown.values() if p.kind == "button" and p.proto.label == label), None)
        if button is None:
            raise VisitError(f"no button {label!r} on {self.page}")
        clicked = WidgetState(id=button.proto.id, trigger_value=True)
        return await self.rerun("button", seconds, [*self.states.values(), clicked], button.fragment)

    async def upload(self, name: str, data: bytes, seconds: float = 120) -> Run:
        """Drop a file into the uploader."""
        place = next(p for p in self.shown.values() if p.kind == "file_uploader")
        started = time.perf_counter()
        urls = await self._file_urls(name)
        border = uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = head.encode() + b"Content-Type: text/csv\r\n\r\n" + data + f"\r\n--{border}--\r\n".encode()
        kind = f"multipart/form-data; boundary={border}"
        await self.fetch(urls.upload_url, "PUT", body, Content_Type=kind, X_Xsrftoken=self._cookie)
        found = WidgetState(id=place.proto.id)
        found.file_uploader_state_value.uploaded_file_info.add(
            name=name, size=len(data), file_id=urls.file_id, file_urls=urls
        )
        self.states[found.id] = found
        run = await self.rerun("upload", seconds)
        run.seconds = time.perf_counter() - started
        return run

    async def _file_urls(self, name: str) -> FileURLs:
        ask = BackMsg()
        ask.file_urls_request.request_id = uuid4().hex
        ask.file_urls_request.session_id = self.session
        ask.file_urls_request.file_names.append(name)
        await self._send(ask)
        while True:
            message = await self._next(30)
            if message.WhichOneof("type") == "file_urls_response":
                return message.file_urls_response.file_urls[0]

    async def files(self) -> list[bytes]:
        """Everything behind the links that this tab was given: media and downloads made on demand."""
        found = []
        for file_id in list(self._deferred):
            ask = BackMsg()
            ask.backend_operation_request.request_id = uuid4().hex
            ask.backend_operation_request.session_id = self.session
            ask.backend_operation_request.deferred_file.file_id = file_id
            await self._send(ask)
            while (await self._next(60)).WhichOneof("type") != "backend_operation_response":
                pass
        for path in list(self._media):
            try:
                found.append((await self.fetch(path))[0])
            except VisitError:  # a link of a page that was left is withdrawn
                continue
        self._deferred.clear()
        self._media.clear()
        return found

    def can_change(self, dice: random.Random, with_frame: bool = True) -> list[tuple[Shown, WidgetState]]:
        """Every widget a hand could move now, with a value it could take."""
        found = []
        for path in sorted(self.shown):
            shown = self.shown[path]
            if not with_frame and shown.script == self.main_script:
                continue
            if shown.kind in ("tab_container", "popover", "expandable"):
                value = self._other_block(path, shown, dice)
            else:
                now = self.states.get(getattr(shown.proto, "id", ""))
                value = widgets.other(shown.kind, shown.proto, now, dice)
            if value is not None:
                found.append((shown, value))
        return found

    def _other_block(self, path: Path_, shown: Shown, dice: random.Random) -> WidgetState | None:
        if not shown.proto.id:
            return None
        now = self.states.get(shown.proto.id)
        if shown.kind != "tab_container":
            return WidgetState(id=shown.proto.id, bool_value=not (now.bool_value if now else False))
        labels = [p.proto.tab.label for q, p in self.shown.items() if p.kind == "tab" and q[:-1] == path]
        held = now.string_value if now else (labels or [""])[0]
        left = [label for label in labels if label != held]
        return WidgetState(id=shown.proto.id, string_value=dice.choice(left)) if left else None

    # a run

    async def rerun(
        self, what: str, seconds: float = 60, states: list[WidgetState] | None = None, fragment: str = ""
    ) -> Run:
        """Ask for a run and wait until it is over."""
        ask = BackMsg()
        run = ask.rerun_script
        run.query_string = self.query
        run.widget_states.widgets.extend(self.states.values() if states is None else states)
        run.page_script_hash = self.script
        run.page_name = "" if self.script else self.path
        run.fragment_id = fragment
        run.cached_message_hashes.extend(self._cache)
        run.context_info.locale, run.context_info.timezone = self.language, "Europe/Riga"
        run.context_info.url, run.context_info.color_scheme = f"{self.address}/{self.path}", "light"
        self._bytes = self._messages = self._charts = 0
        started = time.perf_counter()
        await self._send(ask)
        try:
            async with asyncio.timeout(seconds):
                await self._follow()
        except TimeoutError:
            raise VisitError(f"{what} on {self.page or self.path}: no end after {seconds:.0f} s") from None
        spent = time.perf_counter() - started
        self.runs.append(Run(what, self.page, spent, self._bytes, self._messages, self._charts))
        return self.runs[-1]

    async def _send(self, message: BackMsg) -> None:
        if self._line is None:
            raise VisitError("not connected")
        await self._line.send(message.SerializeToString())

    async def _next(self, seconds: float) -> ForwardMsg:
        assert self._line is not None
        async with asyncio.timeout(seconds):
            data = await self._line.recv()
        assert isinstance(data, bytes)
        self._bytes += len(data)
        self._messages += 1
        if self.keep:
            self.received.append(data)
        self._media.update(dict.fromkeys(link.decode() for link in MEDIA.findall(data)))
        return ForwardMsg.FromString(data)

    async def _follow(self) -> None:
        while True:
            message = await self._next(3600)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                kept = self._cache[message.ref_hash].message
                whole = ForwardMsg()
                whole.CopyFrom(kept)
                whole.metadata.CopyFrom(message.metadata)
                message, kind = whole, "delta"
            elif message.metadata.cacheable and message.hash not in self._cache:
                self._cache[message.hash] = Kept(message, self._run, message.delta.fragment_id)
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self.errors.append(f"{self.page}: cannot be compiled")
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self._finish(message.script_finished)
                    return
            elif kind is not None:
                self._take(kind, message)

    def _take(self, kind: str, message: ForwardMsg) -> None:
        if kind == "delta":
            self._draw(message)
        elif kind == "new_session":
            found = message.new_session
            self._run += 1
            self._fragments = set()
            self.session, self.main_script = found.initialize.session_id, found.main_script_hash
            self.script = found.page_script_hash
        elif kind == "navigation":
            self.pages = {
                page.url_pathname or page.page_name: page.page_script_hash for page in message.navigation.app_pages
            }
            self.script = message.navigation.page_script_hash
            self.page = next((name for name, mark in self.pages.items() if mark == self.script), "")
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            self.errors.append(f"no page {message.page_not_found.page_name!r}")

    def _draw(self, message: ForwardMsg) -> None:
        path, delta = tuple(message.metadata.delta_path), message.delta
        kind = delta.WhichOneof("type")
        if delta.fragment_id:
            self._fragments.add(delta.fragment_id)
        if kind == "new_element":
            name = delta.new_element.WhichOneof("type") or ""
            self.hashes |= {message.hash} if name != "download_button" else set()  # its file's name is random
            proto = getattr(delta.new_element, name, None)
            self._charts += name == "plotly_chart"
            self._complain(name, proto)
            self._deferred.update({proto.deferred_file_id: None} if getattr(proto, "deferred_file_id", "") else {})
        elif kind == "add_block":
            name, proto = delta.add_block.WhichOneof("type") or "", delta.add_block
        else:
            return
        self.shown[path] = Shown(proto, name, self._run, delta.fragment_id, message.metadata.active_script_hash)
        first = widgets.first(name, proto) if kind == "new_element" else None
        if first is not None and (first.id not in self.states or getattr(proto, "set_value", False)):
            self.states[first.id] = first

    def _complain(self, kind: str, proto: Any) -> None:
        if kind == "exception":
            self.errors.append(f"{self.page}: {proto.type}")
        elif kind == "alert" and proto.format == Alert.ERROR:
            self.errors.append(f"{self.page}: {proto.body[:200]}")

    def _finish(self, status: Any) -> None:
        """What was not drawn again is no longer on the page, nor are its widgets' states and messages too old to keep."""
        whole = status != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY

        def stays(run: int, fragment: str) -> bool:
            return run == self._run or (not whole and fragment not in self._fragments)

        self.shown = {path: p for path, p in self.shown.items() if stays(p.run, p.fragment)}
        ids = {p.proto.id for p in self.shown.values() if getattr(p.proto, "id", "")}
        self.states = {key: found for key, found in self.states.items() if key in ids}
        self._cache = {
            mark: kept
            for mark, kept in self._cache.items()
            if self._run - kept.run < KEPT_RUNS or (not whole and kept.fragment not in self._fragments)
        }

    def words(self) -> str:
        """All that can be read on the page now."""
        parts = []
        for shown in self.shown.values():
            proto = getattr(shown.proto, shown.kind) if hasattr(shown.proto, "allow_empty") else shown.proto
            for name in ("body", "label", "title", "value", "options"):
                text = getattr(proto, name, "")
                parts += [text] if isinstance(text, str) else [str(part) for part in text] if name == "options" else []
        return "\n".join(parts)
