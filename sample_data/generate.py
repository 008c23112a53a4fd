"""Make all sample data sets again, byte for byte: ``python -m sample_data.generate [folder]``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample_data import _b2b, _crm, _electronics, _kids, _salon, _special, _special_b2b, _story, _truths
from sample_data._core import Book, Dice
from sample_data._measure import Files
from sample_data._messy import build_messy

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    """How one set is made: its seed, its words and the function that lives through its history."""

    seed: int
    meta: dict[str, Any]
    fill: Callable[[Book, Dice], None]
    planted: dict[str, Any]
    truths: Callable[[Files, dict[str, Any]], dict[str, Any]]
    id_format: str = "{:06d}"
    phone_format: str = "+7 000 {:03d}-{:02d}-00"


RECIPES = {
    "salon": Recipe(11, _salon.META, _salon.fill, _salon.PLANTED, _special.salon, "{:05d}"),
    "kids": Recipe(12, _kids.META, _kids.fill, _kids.PLANTED, _special.kids, "{:05d}"),
    "electronics": Recipe(13, _electronics.META, _electronics.fill, _electronics.PLANTED, _special.electronics),
    "b2b": Recipe(14, _b2b.META, _b2b.fill, _b2b.PLANTED, _special_b2b.b2b, "{:07d}", "+44 7700 900{0:d}{1:02d}"),
    "crm": Recipe(15, _crm.META, _crm.fill, _crm.PLANTED, _special_b2b.crm, phone_format="+44 7700 900{0:d}{1:02d}"),
}


def build(name: str, root: Path) -> Path:
    """Make one set under ``root`` and give its folder."""
    recipe = RECIPES[name]
    as_of = _story.as_moment(recipe.meta["as_of"])
    book = Book(as_of, recipe.id_format, recipe.phone_format)
    recipe.fill(book, Dice(recipe.seed))
    folder = root / name
    book.save(folder)
    _story.write_json(folder / "meta.json", recipe.meta)
    files = Files(folder, as_of)
    truths = _truths.common(name, files, recipe.planted) | recipe.truths(files, recipe.planted)
    _story.write_json(folder / "truth.json", truths)
    return folder


def main(root: Path) -> None:
    """Make every set and the untidy export of the salon."""
    folders = [build(name, root) for name in RECIPES]
    folders.append(build_messy(root / "salon", root))
    for folder in folders:
        print(folder.name, sum(path.stat().st_size for path in folder.iterdir()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
