-- grain: item x item bought on a later day within $days after the customer's first purchase of the former (events).
-- Rows without then_item count the events; only events whose days are all known, only the $most usual items
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

bought as (
    select distinct l.customer_key, l.day, l.{{item}} as item
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0
        and l.day < $to_day
        and l.{{item}} is not null
        and coalesce(l.quantity, 1) > 0
),

usual as (
    select item from bought group by item order by count(distinct customer_key) desc, item limit $most
),

days_of as (
    select b.customer_key, b.day, b.item from bought as b join usual as u using (item)
),

events as (
    select customer_key, item, min(day) as day from days_of group by customer_key, item
    having min(day) >= $from_day and min(day) < $to_day - $days
),

followed as (
    select e.customer_key, e.item, d.item as then_item, min(d.day - e.day) as gap
    from events as e
    join days_of as d on d.customer_key = e.customer_key and d.day > e.day and d.day <= e.day + $days
    group by e.customer_key, e.item, d.item
)

select item, then_item, count(*) as customers, median(gap) as gap
from followed
group by item, then_item
union all
select item, null as then_item, count(*) as customers, null as gap
from events
group by item
