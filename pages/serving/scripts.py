"""The only script of the product's own that a page may run; the policy of the server knows it by its hash."""

from __future__ import annotations

LOOK = "looked_at"
"""Key of the container that :data:`SHOW` brings into sight."""
SHOW = f"""
(() => {{
  const calm = new AbortController();
  const show = () => {{
    const found = document.querySelector(".st-key-{LOOK}");
    if (!found || calm.signal.aborted) return;
    found.style.scrollMarginTop = "4rem";
    found.scrollIntoView({{block: "start"}});
  }};
  for (const own of ["wheel", "touchstart", "keydown"])
    addEventListener(own, () => calm.abort(), {{once: true, signal: calm.signal, passive: true}});
  show();
  for (const after of [150, 500, 1000]) setTimeout(show, after);
  setTimeout(() => calm.abort(), 1100);
}})();
"""
"""Brings the top of what was just made into sight, and again when what stood above it has gone; not against a reader who scrolls."""
