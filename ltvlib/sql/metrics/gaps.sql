-- grain: days between two orders of one customer; how often each gap occurred in [from_day, to_day)
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select m.gap_days, count(*) as n
from mart_order as m
join eligible as e using (customer_key)
where m.gap_days is not null and m.day >= $from_day and m.day < $to_day
group by m.gap_days
order by m.gap_days
