"""What a customer is worth and costs: LTV definitions, CAC, ROMI, payback."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "cac",
        N_("Cost of a new customer (CAC)"),
        "money",
        N_("Marketing spend / customers whose first order fell into the same months and channel."),
        N_("What one new customer costs you. Too low if salaries are not inside the spend."),
        N_("No spend on record, or no new customers in these months."),
        good="down",
        source="Farris et al. (2010), Marketing Metrics",
    ),
    Metric(
        "recent_cac",
        N_("Cost of a new customer now"),
        "money",
        N_("Marketing spend / new customers of the last three complete months."),
        N_("What one new customer costs today, beside the months old enough to be judged."),
        N_("One of the last three months has no spend on record, or nobody came."),
        good="down",
    ),
    Metric(
        "first_order_margin",
        N_("First order leaves"),
        "money",
        N_("Margin of first orders / new customers."),
        N_("What a newcomer's first purchase earns after the cost of what was sold."),
        N_("No new customers in these months."),
    ),
    Metric(
        "first_order_romi",
        N_("First-sale ROMI"),
        "share",
        N_("(Margin of first orders - marketing spend) / marketing spend, same customers and months."),
        N_("Above 0 % the first sale pays for the marketing; below, you live on repeat purchases."),
        N_("No spend on record, or no new customers in these months."),
    ),
    Metric(
        "romi",
        N_("ROMI with repeat sales"),
        "share",
        N_("(Margin within the stated months - marketing spend) / marketing spend, same customers and months."),
        N_("What every unit of marketing money brought back on top of itself, repeat purchases included."),
        N_("No spend on record, or no month old enough."),
    ),
    Metric(
        "payback_months",
        N_("Payback"),
        "count",
        N_(
            "First month after the first order in which the cumulative margin per customer reaches the CAC; month 0 is the month of the first order."
        ),
        N_("How long your money is out before a customer has brought it back."),
        N_("Not reached within the months seen, or no spend on record."),
        good="down",
    ),
    Metric(
        "ltv_cac_ratio",
        N_("LTV to CAC"),
        "number",
        N_("Cumulative margin per customer at the horizon / CAC: same customers, same months, same margin."),
        N_("How many times over a customer brings back what was paid; below 1 it does not."),
        N_("No spend on record, or no month old enough."),
    ),
    Metric(
        "affordable_cac",
        N_("You may pay up to"),
        "money",
        N_("Cumulative margin per customer by the chosen month: the highest CAC that is paid back by then."),
        N_("The most a new customer may cost if the money has to be back in the chosen time."),
        N_("No month is old enough."),
        good="",
    ),
    Metric(
        "cash_gap",
        N_("Deepest cash gap"),
        "money",
        N_(
            "Winning the same number of customers every month: lowest point of the running sum of margin less acquisition cost."
        ),
        N_("How much money you need before the growth carries itself."),
        N_("No spend on record, or no month old enough."),
        good="down",
    ),
    Metric(
        "contribution_margin",
        N_("Contribution margin"),
        "money",
        N_("Gross margin less the variable costs you name: delivery, payment fees, service ..."),
        N_("What a sale really leaves to pay for marketing, rent and profit."),
    ),
    Metric(
        "ltv_after_cac",
        N_("LTV after CAC"),
        "money",
        N_("LTV in contribution margin within the horizon - CAC of the same customers."),
        N_("What is left of a customer when winning them is paid."),
        N_("No spend on record, or no month old enough."),
    ),
    Metric(
        "ltv_simple",
        N_("Simple formula"),
        "money",
        N_("Average order value x orders a year x margin rate x lifetime, lifetime = 1 / yearly churn."),
        N_("The formula of textbooks. Quick, but it believes that everybody stays equally long."),
        N_("Nobody was lost within the year, or the file is shorter than two years."),
        source="Gupta & Lehmann (2003), Customers as Assets",
    ),
    Metric(
        "ltv_extrapolated",
        N_("Extended curve"),
        "money",
        N_(
            "Cumulative margin per customer as far as it was seen, then every further month brings the stated part of the month before."
        ),
        N_("What the customer may bring beyond what was seen, if the decline goes on as it was."),
        N_("Fewer than thirteen months of life were seen."),
    ),
)
