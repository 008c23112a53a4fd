"""What pages share. Importing it turns off Streamlit's own discovery of ``pages/``: ``app.py`` lists the pages."""

from streamlit.runtime.pages_manager import PagesManager

PagesManager.uses_pages_directory = False
