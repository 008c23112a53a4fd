"""Working the base: whom to contact, how often, by what and by whom, and what came of it."""
