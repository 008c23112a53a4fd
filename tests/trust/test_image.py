"""The container image without a container engine: its file list and its command, run as another user from a folder it cannot write to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.houses import free_port, wait_for

USER = 10001


def instructions() -> list[tuple[str, str]]:
    """(word, rest) of every instruction of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    return [(word, rest.strip()) for word, rest in re.findall(r"^([A-Z]+)\s+(.*)$", text, re.M)]


def test_the_linter_has_nothing_to_say():
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed for this system")
    done = subprocess.run([linter, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    broken = subprocess.run([linter, "-"], input="FROM python\nRUN cd /\n", capture_output=True, text=True, check=False)
    assert "DL3006" in broken.stdout, "the linter finds what is wrong"


def image(folder: Path) -> Path:
    """What the last stage copies from the project, laid out the same way, nothing of it writable."""
    place = folder / "app"
    last = max(n for n, (word, _) in enumerate(instructions()) if word == "FROM")
    for word, rest in instructions()[last:]:
        if word == "COPY" and "--from" not in rest:
            *sources, target = rest.split()
            for source in sources:
                into = place / target / Path(source).name if target.endswith("/") else place / target
                into.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, into, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, into)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in (folder, *folder.parents):
        if path.owner() == Path.home().owner() and path.stat().st_uid == os.getuid():
            path.chmod(path.stat().st_mode | 0o011)
    return place


def test_the_image_is_built_with_care():
    words = instructions()
    stages = [rest for word, rest in words if word == "FROM"]
    assert all(re.match(r"python:3\.\d+-\S+", rest) for rest in stages), "a named version, not the latest"
    assert [rest for word, rest in words if word == "USER"] == [str(USER)]
    assert any(word == "HEALTHCHECK" and "/healthz" in rest for word, rest in words)
    assert words[-1] == ("CMD", '["python", "server.py"]')
    assert not any(word == "ADD" for word, _ in words)
    assert all("--no-cache-dir" in rest for word, rest in words if "pip install" in rest)
    copied = " ".join(rest for word, rest in words if word == "COPY")
    assert "secrets" not in copied
    assert "tests" not in copied


@pytest.mark.skipif(os.name != "posix", reason="users and rights as in the image")
def test_the_image_starts_without_rights(tmp_path: Path):
    place, temp = image(tmp_path), tmp_path / "temp"
    temp.mkdir()
    temp.chmod(0o777)
    port = free_port()
    environment = dict(pair.split("=", 1) for word, rest in instructions() if word == "ENV" for pair in rest.split())
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG") if name in os.environ}
    environment = {**kept, **environment, "LTV_HOST": "127.0.0.1", "LTV_PORT": str(port)}
    environment |= {
        "TMPDIR": str(temp),
        "HOME": str(temp),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    user = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 and _may_run() else {}
    process = subprocess.Popen(
        [sys.executable, "server.py"],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **user,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        owner = os.stat(f"/proc/{process.pid}").st_uid
        assert owner == (USER if user else os.getuid())
    finally:
        process.terminate()
        process.wait(15)
    assert not [path for path in place.rglob("*") if path.name == "__pycache__"], (
        "nothing is written beside the program"
    )


def _may_run() -> bool:
    """Whether another user can start this Python at all; an environment in somebody's home is closed to others."""
    command = [sys.executable, "-c", "import streamlit.version"]
    try:
        return subprocess.run(command, user=USER, group=USER, check=False, capture_output=True).returncode == 0
    except PermissionError:
        return False
