"""What pages share. Importing it turns off Streamlit's own discovery of ``pages/``: ``app.py`` lists the pages."""

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

from pages.ui import discreet

_was_discovered = PagesManager.uses_pages_directory
PagesManager.uses_pages_directory = False
discreet.install()

_run = get_script_run_ctx(suppress_warning=True)
if _was_discovered and _run is not None:
    # The very first visitor under ``streamlit run``: a deep link ran the page without its frame. Once more, properly.
    _name = _run.pages_manager.intended_page_name or ""
    raise RerunException(RerunData(query_string=_run.query_string, page_name=_name))
