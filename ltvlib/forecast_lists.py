"""What is expected of listed customers: a column beside any list, for ten people or for everybody.

The fit is the one of the whole base, so a customer has the same prediction in every list and under every filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ltvlib.forecast_data import Fitted, known_span
from ltvlib.forecast_people import known_of
from ltvlib.models.clv import expected_of
from ltvlib.models.forecast import probability_alive
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

PREDICTED = ("predicted_ltv", "probability_alive")


def whole_base(filters: Filters) -> Filters:
    """The filters without their choice of customers: everybody known at the end of the data they look at."""
    return replace(Filters(), until=filters.until)


def predicted(
    workspace: Workspace,
    known: Fitted,
    customers: Sequence[str] | None = None,
    months: int = 12,
    filters: Filters | None = None,
) -> pd.DataFrame:
    """``predicted_ltv`` (expected margin within ``months``) and ``probability_alive`` by customer_id (the index).

    Of ``customers``, or of everybody (``None``), as known at the end of the data under ``filters``. Customers the model
    knows nothing of (no order yet) are not in it. nan where the fit failed. Unit: currency; share.
    """
    base = whole_base(filters or Filters())
    chosen = [] if customers is None else [str(customer) for customer in customers]
    params = known_span(workspace, base) | {"everybody": customers is None, "customers": chosen}
    frame = workspace.ask("forecast_listed", params, filters=base).frame
    counts, sums = known_of(frame, workspace.as_of(base))
    _, margins = expected_of(known.fit, known.spending, counts, sums, [months])
    values = {"predicted_ltv": margins[0], "probability_alive": probability_alive(known.fit, counts)}
    return pd.DataFrame(values, index=pd.Index(frame["customer_id"].astype(str), name="customer_id"))


def with_predicted(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """A list of customers with the columns of :func:`predicted`; nan for those it does not know."""
    columns = found.reindex(frame["customer_id"].astype(str))
    return frame.assign(**{name: np.asarray(columns[name], dtype=float) for name in PREDICTED})
