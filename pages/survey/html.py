"""The pages of the survey as HTML: readable on a phone, light and dark, no script; everything from people is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from string import Template

from ltvlib.errors import N_
from ltvlib.nps.score import TOP, Scale
from pages.ui.words import LANGUAGES, _catalogue

STYLE = """
:root{color-scheme:light dark;--bg:#f3f6f4;--card:#fff;--ink:#101a15;--soft:#55625b;--line:#c3cec8;--accent:#0b6e4f;--on:#fff;--bad:#a3271f}
@media(prefers-color-scheme:dark){:root{--bg:#101614;--card:#18211e;--ink:#e8efeb;--soft:#a9b6af;--line:#43524b;--accent:#4cc38a;--on:#06130d;--bad:#ff9c94}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:17px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.2rem 1rem 3rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.2rem}
h1{font-size:1.35rem;line-height:1.25;margin:.2rem 0 1rem}
p{margin:.5rem 0 1rem}
.who{color:var(--soft);margin:0 0 .2rem;font-size:.95rem}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{padding:0}
.row{display:grid;grid-template-columns:repeat(auto-fill,minmax(46px,1fr));gap:8px}
.row label{position:relative;display:block}
.row input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.row span{display:flex;align-items:center;justify-content:center;min-height:48px;border:2px solid var(--line);border-radius:10px;font-weight:600}
.row input:checked+span{background:var(--accent);border-color:var(--accent);color:var(--on)}
.row input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}
.ends{display:flex;justify-content:space-between;gap:1rem;color:var(--soft);font-size:.9rem;margin:.4rem 0 1.2rem}
.why label{display:block;font-weight:600;margin-bottom:.4rem}
textarea{width:100%;min-height:7.5rem;padding:.7rem;border:2px solid var(--line);border-radius:10px;background:var(--card);color:var(--ink);font:inherit}
textarea:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
button{width:100%;min-height:52px;margin-top:1rem;border:0;border-radius:10px;background:var(--accent);color:var(--on);font:inherit;font-weight:700;cursor:pointer}
.bad{color:var(--bad);font-weight:600}
@supports selector(:has(a)){.why{display:none}form:has(input:checked):not(:has(#top:checked)) .why{display:block}}
"""
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_PAGE = Template(
    '<!doctype html><html lang="$language"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    "<title>$title</title><style>$style</style></head><body><main><div class=card>$body</div></main></body></html>"
)
LIKELY = N_("How likely are you to recommend us?")
LIKELY_NAMED = N_("How likely are you to recommend {business}?")
IMPROVE = N_("What should we improve?")
SEND = N_("Send")
THANKS = N_("Thank you!")
ONE_MORE = N_("Your score is with us. One more question, if you like:")


def said(language: str, text: str, **params: object) -> str:
    """The text in the language of the invitation."""
    words = _catalogue(language).gettext(text)
    return words.format(**params) if params else words


def known(language: str) -> str:
    """A language there are words for."""
    return language if language in LANGUAGES else "en"


def preferred(headers: Mapping[str, str]) -> str:
    """The browser's language, for pages that belong to no invitation."""
    return known(headers.get("accept-language", "en")[:2].lower())


def question(language: str, business: str) -> str:
    """The first question, as text."""
    return said(language, LIKELY_NAMED, business=business) if business else said(language, LIKELY)


def page(language: str, title: str, body: str) -> str:
    """A whole page; ``body`` is HTML made here."""
    return _PAGE.substitute(language=language, title=escape(title), style=STYLE, body=body)


def form(
    language: str,
    scale: Scale,
    business: str,
    once: str,
    chosen: int | None = None,
    text: str = "",
    complaint: str = "",
) -> str:
    """Both questions on one page; the second hides by itself at the top score where the browser can."""
    title = question(language, business)
    scores = "".join(
        f"<label><input type=radio name=score value={n} required{' id=top' if n == TOP else ''}"
        f"{' checked' if n == chosen else ''}><span>{n}</span></label>"
        for n in scale.scores
    )
    low, high = said(language, N_("not at all likely")), said(language, N_("very likely"))
    wrong = f"<p class=bad role=alert>{escape(complaint)}</p>" if complaint else ""
    return page(
        language,
        title,
        f"<form method=post accept-charset=utf-8>{wrong}<input type=hidden name=once value='{escape(once)}'>"
        f"<fieldset><legend><h1>{escape(title)}</h1></legend><div class=row>{scores}</div>"
        f"<div class=ends><span>{scale.low} = {escape(low)}</span><span>{TOP} = {escape(high)}</span></div></fieldset>"
        f"<div class=why>{_why(language, text)}</div>"
        f"<button>{escape(said(language, SEND))}</button></form>",
    )


def _why(language: str, text: str) -> str:
    label = escape(said(language, IMPROVE))
    return f"<label for=why>{label}</label><textarea id=why name=improvement maxlength=2000>{escape(text)}</textarea>"


def ask_why(language: str, signed: str) -> str:
    """The second question by itself, offered once to those who left it out."""
    title = said(language, THANKS)
    return page(
        language,
        title,
        f"<h1>{escape(title)}</h1><p>{escape(said(language, ONE_MORE))}</p>"
        f"<form method=post accept-charset=utf-8><input type=hidden name=answered value='{escape(signed)}'>"
        f"{_why(language, '')}<button>{escape(said(language, SEND))}</button></form>",
    )


def message(language: str, title: str, text: str) -> str:
    """A page that only says something."""
    return page(language, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")
