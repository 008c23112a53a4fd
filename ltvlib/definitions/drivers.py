"""What moves the profit: the driver tree, lifetime with censoring, control limits, concentration."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS: tuple[Metric, ...] = (
    Metric(
        "profit_drivers",
        N_("What moved the profit"),
        "money",
        N_(
            "Profit = customers × orders per customer × average order value × margin rate. Each part is a Shapley value (1953): the mean of what its driver adds over all orders in which the four could have changed, so no driver gains by being looked at first, and the parts sum to the change. New customers and earlier ones who bought again add, those who did not buy take away, each the average profit of a customer. Where one period has no orders, all profit of the other is the work of its customers."
        ),
        N_("Which lever moved the profit between two periods, and by how much money."),
        N_(
            "A period with orders brought no revenue, so there is no margin rate: order value then stands for the profit of an order."
        ),
        good="",
        source="Shapley (1953), A Value for n-Person Games",
    ),
    Metric(
        "profit_by_group",
        N_("Whose profit changed"),
        "money",
        N_(
            "New: profit of customers won since the earlier period. Bought again: profit of earlier customers who were silent in it. Did not buy: less the profit of those who ordered only then. Returning: change of those who ordered in both, split into orders per customer, order value and margin rate. Refunds: money of people without an order in either. The parts sum to the change."
        ),
        N_("Which people moved the profit between two periods, each counted with their own money."),
        N_("The returning customers brought no revenue in one of the periods."),
        good="",
        source="Shapley (1953), A Value for n-Person Games",
    ),
    Metric(
        "gross_margin_rate",
        N_("Gross margin rate"),
        "share",
        N_("Gross margin / revenue."),
        N_("How much of every sale is left after the cost of what was sold."),
        N_("No revenue."),
    ),
    Metric(
        "news",
        N_("News or a wobble"),
        "",
        N_(
            "Control chart (Shewhart 1931). Usual level = mean of the months; usual range = level ± 2.66 × the mean step from month to month. News: a month outside the range, or 8 months in a row on one side of the level. With 24 months or more the last 12 are judged by their ratio to the same month a year earlier, so neither a season nor steady growth is news; what was unusual a year ago can show once more. Incomplete months are left out, the first one too where the file begins later than its start."
        ),
        N_("Whether a month says something new or is one of the usual ups and downs."),
        N_("Fewer than 8 months can be compared."),
        good="",
        source="Shewhart (1931), Economic Control of Quality; Wheeler (1993), Understanding Variation",
    ),
    Metric(
        "customer_lifetime",
        N_("How long customers stay"),
        "days",
        N_(
            'Half of the customers have left after this time (Kaplan-Meier). A customer silent for longer than the chosen number of days left at the last order; everybody else is still here and counts as "at least so long". All are seen up to so many days before the end of the data, because later leavers cannot be told from those who are only silent; who came later is left out. The clock starts at the first order of all customers, or at the second order of those who came back. The range holds the true value 95 times in 100.'
        ),
        N_("How long a customer stays with you, without taking those who are still buying for gone."),
        N_("More than half are still with you."),
        source="Kaplan and Meier (1958), Nonparametric Estimation from Incomplete Observations",
    ),
    Metric(
        "largest_leave",
        N_("If the largest customers leave"),
        "share",
        N_(
            "Profit of the five A customers with the most profit in the window / profit of all customers in it. With fewer than five A customers: the five largest of all."
        ),
        N_("How much of the profit hangs on a handful of names."),
        N_("No profit in the window."),
        good="",
    ),
)
