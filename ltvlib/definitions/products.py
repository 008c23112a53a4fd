"""What the order lines tell: first products, pairs, offers, discounts."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "first_item_return",
        N_("Came back after it"),
        "share",
        N_(
            "Customers who ordered again within the chosen days after a first order with this item / all such customers whose days are all known."
        ),
        N_("Which first purchases make customers and which do not."),
        N_("Nobody began with it long enough ago."),
        source="Wilson (1927), JASA 22 (interval)",
    ),
    Metric(
        "first_item_ltv",
        N_("Profit in the days"),
        "money",
        N_(
            "Profit within the chosen days of those who began with the item, the first order included / these customers."
        ),
        N_("What a customer is worth who begins with it."),
        N_("Nobody began with it long enough ago."),
    ),
    Metric(
        "pair_support",
        N_("Share of orders"),
        "share",
        N_("Orders with both items / all orders."),
        N_("How usual the pair is."),
        N_("There are no orders."),
        source="Agrawal & Srikant (1994), VLDB",
    ),
    Metric(
        "pair_confidence",
        N_("Takes the second"),
        "share",
        N_("Orders with both items / orders with the first."),
        N_("Of those who buy the first, how many take the second."),
        N_("Nobody bought the first."),
        source="Agrawal & Srikant (1994), VLDB",
    ),
    Metric(
        "pair_lift",
        N_("Times chance"),
        "number",
        N_("Share of orders with the first item that hold the second / share of all orders that hold it."),
        N_("1 = no oftener than by chance, 2 = twice as often."),
        N_("Nobody bought one of the two."),
        source="Brin et al. (1997), SIGMOD",
    ),
    Metric(
        "pair_conviction",
        N_("Conviction"),
        "number",
        N_("(1 - share of orders with the second item) / (1 - share of orders with the first that hold the second)."),
        N_("How much oftener the first would go without the second if they had nothing to do with each other."),
        N_("Nobody bought the first, or everybody who did took the second."),
        source="Brin et al. (1997), SIGMOD",
    ),
    Metric(
        "attach_rate",
        N_("Something added"),
        "share",
        N_("Orders with a further item / orders whose dearest item is this one."),
        N_("How often something is sold along with the main purchase."),
        N_("It was never the dearest item of an order."),
    ),
    Metric(
        "offer_hit_rate",
        N_("Offers taken up"),
        "share",
        N_(
            "Customers who took up one of three offers in the last 90 days / customers who bought anything new in them; the offers were made from the data before."
        ),
        N_("Whether the offers know more than a list of bestsellers."),
        N_("Nobody bought anything new in the last 90 days."),
        source="Steck (2019), WWW '19; Cremonesi et al. (2010), RecSys",
    ),
    Metric(
        "discount_only_share",
        N_("Buy only at a discount"),
        "share",
        N_("Customers with two orders or more who never paid the full price / customers with two orders or more."),
        N_("How many customers the discounts have taught to wait."),
        N_("Nobody has ordered twice."),
        good="down",
    ),
    Metric(
        "discount_given_away",
        N_("Given away"),
        "money",
        N_(
            "Discounts of 12 months to customers with two earlier orders at full price x the share of such customers who order again without a discount."
        ),
        N_("Profit given to those who would have bought anyway."),
        N_("Nobody has two orders at full price."),
        good="down",
    ),
)
