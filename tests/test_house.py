"""The house rules that a machine can keep: layers, words in both languages, definitions, no strangers."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import extract, pofile

from ltvlib.definitions import METRICS, markdown_table
from tests.conftest import ROOT

KEYWORDS = {
    "_": None,
    "N_": None,
    "plural": (1, 2),
    "LtvError": None,
    "ReadError": None,
    "MappingError": None,
    "LimitError": None,
    "MissingTableError": None,
    "StorageError": None,
    "AlreadyWrittenError": None,
    "Note": None,
    "Question": (2,),
    "progress": None,
}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_the_library_knows_nothing_of_the_screen():
    for path in sources("ltvlib"):
        assert not imports(path) & {"streamlit", "plotly", "pages"}, path


def test_one_door_to_the_database():
    users = {path.relative_to(ROOT).as_posix() for path in sources("ltvlib", "pages") if "duckdb" in imports(path)}
    assert users == {"ltvlib/engine.py"}


def test_the_library_imports_alone():
    code = "import ltvlib, ltvlib.abcdx, ltvlib.kpis, sys; assert not {'streamlit', 'plotly'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_pages_are_thin():
    for path in sorted((ROOT / "pages").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80, path
        assert (
            not re.search(r"\bselect\b.+\bfrom\b", text, re.I | re.S) or "select" not in text.lower().split("import")[0]
        ), path


def messages() -> dict[str | tuple[str, ...], str]:
    """Every text of the product with the file it stands in."""
    found: dict[str | tuple[str, ...], str] = {}
    for path in [*sources("ltvlib", "pages"), ROOT / "app.py", ROOT / "server.py"]:
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract.extract("python", file, keywords=KEYWORDS):
                parts = tuple(part for part in text if part) if isinstance(text, tuple) else text
                if parts:
                    found[parts] = path.name
    return found


def catalogue(language: str) -> pofile.Catalog:
    data = (ROOT / "locales" / language / "LC_MESSAGES" / "ltv.po").read_bytes()
    return pofile.read_po(io.BytesIO(data), locale=language)


def test_every_text_is_translated():
    russian = catalogue("ru")
    missing = []
    for text, place in messages().items():
        key = text[0] if isinstance(text, tuple) else text
        entry = russian.get(key)
        done = (
            entry is not None
            and not entry.fuzzy
            and (all(entry.string) if isinstance(entry.string, list | tuple) else bool(entry.string))
        )
        if not done:
            missing.append(f"{place}: {key}")
    assert not missing, "\n".join(missing)


def test_translations_keep_their_placeholders():
    for entry in catalogue("ru"):
        if not entry.id:
            continue
        forms = entry.id if isinstance(entry.id, list | tuple) else [entry.id]
        wanted = set().union(*(re.findall(r"{(\w+)}", form) for form in forms))
        for string in entry.string if isinstance(entry.string, list | tuple) else [entry.string]:
            names = set(re.findall(r"{(\w+)}", string))
            assert names <= wanted, entry.id
            assert names | {"n"} >= wanted or not string, entry.id


def test_every_plural_has_three_russian_forms():
    for entry in catalogue("ru"):
        if isinstance(entry.id, list | tuple):
            assert len(entry.string) == 3, entry.id


def test_every_metric_has_words():
    for slug, metric in METRICS.items():
        assert slug == metric.slug
        assert all((metric.label, metric.formula, metric.meaning))


def test_no_two_metrics_have_one_name():
    """Two formulas under one name are two answers to one question."""
    labels = [metric.label for metric in METRICS.values()]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_the_readme_has_the_definitions_of_the_product():
    assert markdown_table() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("README*.md")))
def test_what_the_readme_points_at_is_there(name: str):
    """Files, pictures and headings; and every picture that was taken is shown."""
    text = (ROOT / name).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert targets
    missing = [one for one in targets if not (one[1:] in headings if one[0] == "#" else (ROOT / one).exists())]
    assert missing == []
    folder = "docs/pictures" + ("/ru" if ".ru." in name else "")
    assert {f"{folder}/{path.name}" for path in (ROOT / folder).glob("*.png")} <= set(targets)


def test_the_russian_readme_has_every_page_by_its_name():
    words = catalogue("ru")
    titles = re.findall(r'title=_\("([^"]+)"\)', (ROOT / "app.py").read_text(encoding="utf-8"))
    assert len(titles) > 15
    headings = set(re.findall(r"^### (.+)$", (ROOT / "README.ru.md").read_text(encoding="utf-8"), re.M))
    assert {str(words.get(title).string) for title in titles} - headings == {"Определения"}


def test_the_readme_example_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, flags=re.S)
    assert example
    done = subprocess.run(
        [sys.executable, "-c", example.group(1)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", [*(f"/{folder}/" for folder in ("work", "farm", "root")), "claude", "anthropic"])
def test_the_project_speaks_of_itself_only(word: str):
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sql", ".txt", ".yml", ".po"} and name != "tests/test_house.py":
            assert word not in path.read_text(encoding="utf-8").lower(), name
