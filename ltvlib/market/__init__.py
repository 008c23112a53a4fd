"""Competitors: what they offer against us, which gaps cost customers, and what happened after an offer changed."""
