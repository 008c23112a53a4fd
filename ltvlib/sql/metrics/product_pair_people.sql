-- grain: one of the listed pairs of items; how many customers had both in one order
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

wanted as (
    select unnest(cast($items_a as integer[])) as item_a, unnest(cast($items_b as integer[])) as item_b
),

baskets as (
    select distinct l.customer_key, l.order_key, l.{{item}} as item
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0
        and l.day >= $from_day
        and l.day < $to_day
        and coalesce(l.quantity, 1) > 0
        and l.{{item}} in (select item_a from wanted union select item_b from wanted)
)

select w.item_a, w.item_b, count(distinct a.customer_key) as customers
from wanted as w
join baskets as a on a.item = w.item_a
join baskets as b on b.item = w.item_b and b.order_key = a.order_key
group by w.item_a, w.item_b
