-- grain: one row; what the documents are before anything is left out
select
    cast(coalesce(sum(is_order), 0) as bigint) as orders,
    cast(coalesce(sum(1 - is_order), 0) as bigint) as refunds,
    count(distinct customer_hash) as customers,
    count(distinct case when is_order = 1 then customer_hash end) as buyers,
    min(case when is_order = 1 then ts end) as first_ts,
    max(case when is_order = 1 then ts end) as last_ts,
    cast(coalesce(sum(revenue), 0) as bigint) as revenue,
    cast(coalesce(sum(case when is_order = 0 then revenue else 0 end), 0) as bigint) as given_back,
    cast(coalesce(sum(1 - has_margin), 0) as bigint) as unknown_margins,
    cast(coalesce(sum(case when has_margin = 1 and is_order = 1 then margin else 0 end), 0) as bigint) as known_margin,
    cast(coalesce(sum(case when has_margin = 1 and is_order = 1 then revenue else 0 end), 0) as bigint) as known_revenue,
    cast(coalesce(sum(case when revenue = 0 and is_order = 1 then 1 else 0 end), 0) as bigint) as free_orders
from o
