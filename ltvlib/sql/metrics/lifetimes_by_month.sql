-- grain: calendar month x days from first to last order; how many customers reach (+) or leave (-) that span in the
-- month. A running sum over months gives every customer with two orders or more once at each month's end.
with eligible as (
    select customer_key, first_day from mart_customer where true /* filters */
),

steps as (
    select
        p.period as month,
        p.last_day - e.first_day as value,
        sum(p.orders) over w as orders_so_far,
        lead(p.period) over w as next_month
    from mart_customer_month as p
    join eligible as e using (customer_key)
    where p.orders > 0 and p.period < $end_month
    window w as (partition by p.customer_key order by p.period)
),

spans as (
    select month, value, next_month from steps where orders_so_far > 1
)

select month, value, cast(sum(n) as bigint) as n
from (
    select month, value, 1 as n from spans
    union all
    select next_month as month, value, -1 as n from spans where next_month is not null
) as changes
group by month, value
order by month, value
