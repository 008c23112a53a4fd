"""How often one address or one link may knock, kept in memory and bounded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_KEYS = 10_000


class Limiter:
    """At most ``times`` in ``seconds`` for every key; the keys seen longest ago are forgotten beyond ten thousand."""

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.times, self.seconds, self.clock = times, seconds, clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._guard = threading.Lock()

    def allows(self, key: str) -> bool:
        """Whether this one may come in; it is counted if so."""
        now = self.clock()
        with self._guard:
            times = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if len(times) >= self.times:
                return False
            times.append(now)
            while len(self._seen) > MOST_KEYS:
                self._seen.popitem(last=False)
            return True
