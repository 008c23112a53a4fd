"""What the database may use inside the limited child process."""

from __future__ import annotations

from ltvlib.engine import EngineLimits
from ltvlib.ingest.model import Limits

_PROGRAM_MB = 1_200
"""Address space of the program itself, its libraries and their threads."""


def engine_limits(limits: Limits) -> EngineLimits:
    """The limits of the child less what the program takes; what does not fit is spilled to its scratch folder."""
    memory = max(limits.memory_mb - _PROGRAM_MB, limits.memory_mb // 4, 256)
    return EngineLimits(2, memory, 4 * limits.output_mb, max(limits.seconds, 1))
