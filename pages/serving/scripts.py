"""The only script of the product's own that a page may run; the policy of the server knows it by its hash."""

from __future__ import annotations

LOOK = "looked_at"
"""Key of the container that :data:`SHOW` brings into sight."""
SHOW = """
(() => {
  const show = () => {
    const found = document.querySelector(".st-key-looked_at");
    if (found) { found.style.scrollMarginTop = "4rem"; found.scrollIntoView({block: "start"}); }
  };
  show();
  for (const after of [150, 500, 1000]) setTimeout(show, after);
})();
"""
"""Brings the top of what was just made into sight, and again when what stood above it has gone."""
