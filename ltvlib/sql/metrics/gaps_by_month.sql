-- grain: calendar month x days between two orders; how often each gap ended in the month
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select m.month, m.gap_days as value, count(*) as n
from mart_order as m
join eligible as e using (customer_key)
where m.gap_days is not null and m.month < $end_month and m.month >= $from_month
group by m.month, m.gap_days
order by m.month, m.gap_days
