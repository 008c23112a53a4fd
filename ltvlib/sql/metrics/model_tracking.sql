-- grain: period of $period_days days after $known_day; purchase occasions of customers won before it
with eligible as (
    select customer_key, first_month, first_day from mart_customer where true /* filters */
)

select
    cast((m.day - $known_day - (m.day - $known_day) % $period_days) / $period_days as integer) as period,
    count(*) as orders
from mart_order as m
join eligible as e using (customer_key)
where m.is_order = 1
    and m.gap_days > 0
    and m.day >= $known_day
    and m.day < $to_day
    and e.first_month >= $since_month
    and e.first_day < $known_day
group by 1
order by 1
