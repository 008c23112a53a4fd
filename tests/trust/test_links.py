"""Links written by hand: whatever stands in them, a page opens, with the defaults where they make no sense."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.trust.visitors import PAGES, healthy

pytestmark = pytest.mark.timeout(60)

LINKS = {
    "an upload one does not have": {"data": "upload", "upload_often": "3", "upload_value": "100"},
    "unknown names": {"data": "../../etc/passwd", "lang": "xx", "measure": "../../", "basis": "<script>"},
    "not numbers": {"salon_window": "abc", "salon_value": "nan", "salon_often": "many"},
    "infinite": {"salon_window": "inf", "salon_value": "inf", "salon_often": "-inf"},
    "huge": {"salon_window": "9" * 400, "salon_value": "1e308", "salon_often": "9" * 30},
    "negative": {"salon_window": "-6", "salon_value": "-1", "salon_often": "-5"},
    "long": {"salon_grain": "x" * 50_000, "months_basis": "%s{n}" * 100, "nobody": "knows" * 1000},
    "state that is not a widget's": {"uid": "someone", "open_next": "upload", "upload_error": "x", "local_tried": "1"},
    "many": {f"salon_{n}": "1" for n in range(500)},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("link", LINKS)
def test_a_page_opens_whatever_the_link_says(link: str, page: str):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"data": "salon", **LINKS[link]}.items():
        at.query_params[key] = value
    healthy(at.run())
    at.switch_page(f"pages/{page}.py")
    healthy(at.run())
    healthy(at.run())
    assert at.session_state["lang"] in ("en", "ru")
    assert at.session_state["data"] in ("salon", at.selectbox(key="data").options and at.session_state["data"])
    assert at.session_state["data"] != "upload"
    assert at.session_state["uid"] != "someone"
    if page == "segments" and link in ("not numbers", "infinite", "huge", "negative"):
        assert at.session_state["salon_window"] == 12
        for slider in at.slider:
            assert slider.min <= slider.value <= slider.max
