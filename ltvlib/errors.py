"""Every failure the user may see: what happened, where, and what to do next.

A message is a *template* plus *parameters*, so that the pages can translate the
template and fill in the parameters afterwards. Parameters never hold customer
data: line numbers, column names, limits and counts only.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """Mark a text for the translation catalogue where it does not stand in a call that is looked at anyway."""
    return text


class LtvError(Exception):
    """Base of all errors of this library; ``str(error)`` is the English sentence.

    Attributes:
        template: English sentence with ``{name}`` placeholders (the translation key).
        params: values for the placeholders; numbers, short names, never raw rows.
    """

    def __init__(self, template: str, **params: object) -> None:
        self.template = template
        self.params = params
        super().__init__(template.format(**params))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.template, self.params))


def _rebuild(kind: type[LtvError], template: str, params: dict[str, object]) -> LtvError:
    return kind(template, **params)


class ReadError(LtvError):
    """The file cannot be read as a table; the sentence says what to change in the file."""


class MappingError(LtvError):
    """The file is a table, but it is not clear which column is which, or one cannot be used."""


class LimitError(LtvError):
    """A stated limit (size, columns, memory, time) was reached."""


class MissingTableError(LtvError):
    """A page needs a canonical table that this data set does not have."""


class StorageError(LtvError):
    """What people wrote could not be saved or opened; nothing of the step was kept."""


class DamagedFileError(StorageError):
    """A file of the saved workspace cannot be read any more; ``params["position"]`` is where, -1 where that is not known."""


class AlreadyWrittenError(LtvError):
    """What was to be written once is written already (an answer sent twice)."""
