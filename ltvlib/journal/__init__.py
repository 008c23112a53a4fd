"""What people write down in the app: touches, owners, losses, answers, runs of triggers, rules.

A :class:`Journal` belongs to one data set. It is kept in a file where a folder for it is set, else it lives and dies
with its session.
"""

from ltvlib.journal.store import BlankJournal, Journal

__all__ = ["BlankJournal", "Journal"]
