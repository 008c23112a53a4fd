"""Small committed data sets, one per line of business, and the script that makes them."""
