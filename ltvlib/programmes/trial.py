"""An experiment: who took part and who was kept aside were drawn by lot, so the plain difference is the effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ltvlib.engine import Answer
from ltvlib.like_with_like import Difference, compare
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace


def trial(
    workspace: Workspace, frame: pd.DataFrame, days: int, filters: Filters | None = None
) -> tuple[dict[str, Difference], Answer]:
    """Participants against those kept aside: ``returned``, ``orders`` and ``profit`` in ``days`` from the day of each.

    ``frame`` has customer_id, day, is_control. Rows whose days are not all known yet are left out.
    """
    end = (workspace.as_of(filters or Filters()) - EPOCH).days
    known = frame[frame["day"] + days < end].reset_index(drop=True)
    params = {
        "customers": known["customer_id"].tolist(),
        "from_days": [int(day) for day in known["day"]],
        "places": list(range(len(known))),
        "days": days,
        "known_day": end,
    }
    answer = workspace.ask("target_orders", params)
    took = (~known["is_control"].astype(bool)).to_numpy(dtype=float)
    orders, margin = (answer.frame[name].to_numpy(dtype=float) for name in ("orders", "margin"))
    alike = np.zeros(len(known))
    values = {"returned": (orders > 0).astype(float), "orders": orders, "profit": margin}
    return {name: compare(value, took, alike, known["customer_id"]) for name, value in values.items()}, answer
