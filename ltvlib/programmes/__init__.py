"""Programmes of any kind (loyalty, webinars, seminars, content, campaigns): what taking part did, and whether it paid."""
