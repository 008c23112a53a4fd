"""Many visitors at once, over Streamlit's own websocket protocol, and what is measured with them."""
