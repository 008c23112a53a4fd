-- grain: one row; what the documents are before anything is left out
select
    cast(coalesce(sum(orders), 0) as bigint) as orders,
    cast(coalesce(sum(refunds), 0) as bigint) as refunds,
    count(*) as customers,
    cast(coalesce(sum(case when orders > 0 then 1 else 0 end), 0) as bigint) as buyers,
    min(first_ts) as first_ts,
    max(last_ts) as last_ts,
    cast(coalesce(sum(revenue), 0) as bigint) as revenue,
    cast(coalesce(sum(given_back), 0) as bigint) as given_back,
    cast(coalesce(sum(unknown_margins), 0) as bigint) as unknown_margins,
    cast(coalesce(sum(known_margin), 0) as bigint) as known_margin,
    cast(coalesce(sum(known_revenue), 0) as bigint) as known_revenue,
    cast(coalesce(sum(free_orders), 0) as bigint) as free_orders
from (
    select
        customer_hash,
        sum(is_order) as orders,
        sum(1 - is_order) as refunds,
        min(case when is_order = 1 then ts end) as first_ts,
        max(case when is_order = 1 then ts end) as last_ts,
        sum(revenue) as revenue,
        sum(case when is_order = 0 then revenue else 0 end) as given_back,
        sum(1 - has_margin) as unknown_margins,
        sum(case when has_margin = 1 and is_order = 1 then margin else 0 end) as known_margin,
        sum(case when has_margin = 1 and is_order = 1 then revenue else 0 end) as known_revenue,
        sum(case when revenue = 0 and is_order = 1 then 1 else 0 end) as free_orders
    from o
    group by customer_hash
) as by_customer
