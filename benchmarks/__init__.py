"""Side-by-side runs against what a user would pick instead; by hand, never in the tests."""
