"""Customers, cohorts and segments: the figures of the overview, the cohorts and ABCDX pages."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "ltv_m",
        N_("Profit LTV, {months} months"),
        "money",
        N_(
            "Gross margin of the first {months} calendar months after the first order, that month included / customers acquired. Only customers whose {months} months are complete, of those the ones won in the newest 12 months."
        ),
        N_("What a new customer is worth within a stated time: the most you can pay to win one."),
        N_("No customer is {months} months old yet."),
        source="Gupta et al. (2006), Modeling Customer Lifetime Value",
    ),
    Metric(
        "customers",
        N_("Customers"),
        "count",
        N_("People or firms with at least one order in the period."),
        N_("How many people the business lives on."),
    ),
    Metric(
        "new_customers",
        N_("New customers"),
        "count",
        N_("Customers whose first order in the file falls into the period."),
        N_("How many people came for the first time."),
    ),
    Metric(
        "revenue",
        N_("Revenue"),
        "money",
        N_("What customers paid, refunds taken off at their date."),
        N_("Money in, before the cost of what was sold."),
    ),
    Metric(
        "margin",
        N_("Gross margin"),
        "money",
        N_("Revenue less the cost of what was sold."),
        N_("The profit of the sales, before rent, salaries and marketing."),
    ),
    Metric(
        "average_order_value",
        N_("Average order value"),
        "money",
        N_("Revenue / orders."),
        N_("How much one purchase brings."),
        N_("No orders."),
    ),
    Metric(
        "orders_per_customer",
        N_("Orders per customer"),
        "number",
        N_("Orders / customers with an order in the same period."),
        N_("How often people come back within the period."),
        N_("No customers."),
    ),
    Metric(
        "repeat_purchase_rate",
        N_("Repeat purchase rate"),
        "share",
        N_("Customers with two orders or more in the period / customers with at least one."),
        N_("Which part of the customers came more than once."),
        N_("No customers."),
    ),
    Metric(
        "median_days_between_orders",
        N_("Days between orders"),
        "days",
        N_("Median of the days from one order of a customer to the next, orders of the period."),
        N_("The usual rhythm: when silence becomes a reason to call."),
        N_("Nobody has ordered twice."),
        good="down",
    ),
    Metric(
        "observed_lifetime",
        N_("Lifetime seen so far"),
        "days",
        N_(
            "Median days from the first to the last order, customers with two orders or more. Customers are still buying, so the true lifetime is longer."
        ),
        N_("How long a returning customer stays, as far as this file shows."),
        N_("Nobody has ordered twice."),
    ),
    Metric(
        "active_customers",
        N_("Active customers"),
        "count",
        N_("Customers of the cohort with an order in the period."),
        N_("How many of those who came together are still buying."),
    ),
    Metric(
        "retention_rate",
        N_("Retention"),
        "share",
        N_("Customers of the cohort with an order in the period / customers of the cohort."),
        N_("Which part of the newcomers comes back in each later period."),
        N_("The period is not complete yet."),
    ),
    Metric(
        "rolling_retention_rate",
        N_("Rolling retention"),
        "share",
        N_("Customers of the cohort who ordered in that period or any later one / customers of the cohort."),
        N_("Which part has not left yet; can still grow for recent periods."),
        N_("The period is not complete yet."),
    ),
    Metric(
        "cumulative_ltv",
        N_("Cumulative profit per customer"),
        "money",
        N_("Profit (or revenue) of the cohort up to and including the period / customers acquired."),
        N_("How much one customer of the cohort has brought so far, and how fast."),
        N_("The period is not complete yet."),
    ),
    Metric(
        "customer_share",
        N_("Share of customers"),
        "share",
        N_("Customers of the segment / all customers."),
        N_("How large the segment is."),
        good="",
    ),
    Metric(
        "margin_share",
        N_("Share of profit"),
        "share",
        N_("Gross margin of the segment in the window / gross margin of all."),
        N_("How much of the profit the segment makes."),
        N_("No profit in the period."),
        good="",
    ),
    Metric(
        "ltv",
        N_("Profit per customer to date"),
        "money",
        N_("Gross margin from the first order to the end of the data / customers."),
        N_("What these customers have brought so far; older customers had more time."),
        N_("No customers."),
    ),
    Metric(
        "abcdx",
        N_("ABCDX segments"),
        "",
        N_(
            "A: order value and number of orders at or above the borders. B: value only. C: orders only. D: neither. X: on the X register. Inactive: no order in the window."
        ),
        N_(
            "Who to keep close (A), bring back more often (B), sell more to (C), serve cheaply (D), and develop the product for (X)."
        ),
        good="",
        source=N_("ABCDX segmentation as used in Russian B2B sales practice"),
    ),
    Metric(
        "pareto",
        N_("Concentration of profit"),
        "share",
        N_("Customers sorted by profit in the period, the best first; profit of the top part / all profit."),
        N_("How much of the profit hangs on a few people."),
        N_("No profit in the period."),
        good="",
        source=N_("Pareto; the concentration curve of Lorenz (1905)"),
    ),
)
