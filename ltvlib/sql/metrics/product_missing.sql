-- grain: one of the listed pairs; how many customers bought $items_a within $days before the end and never $items_b
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

wanted as (
    select unnest(cast($items_a as integer[])) as item_a, unnest(cast($items_b as integer[])) as item_b
),

bought as (
    select l.customer_key, l.{{item}} as item, max(l.day) as last_day
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0
        and l.day < $to_day
        and coalesce(l.quantity, 1) > 0
        and l.{{item}} in (select item_a from wanted union select item_b from wanted)
    group by l.customer_key, l.{{item}}
)

select w.item_a, w.item_b, count(*) as customers
from wanted as w
join bought as a on a.item = w.item_a and a.last_day >= $to_day - $days
left join bought as b on b.item = w.item_b and b.customer_key = a.customer_key
where b.customer_key is null
group by w.item_a, w.item_b
