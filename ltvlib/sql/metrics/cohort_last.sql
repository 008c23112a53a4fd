-- grain: group x cohort x age of the last order seen before $end_month; customers. Read from months, so that
-- an order in a {{grain}} cut by the end of the data still tells that the customer has not left.
with eligible as (
    select customer_key, coalesce({{group}}, '') as grp, first_{{grain}} as cohort
    from mart_customer where true /* filters */
),

last_seen as (
    select e.grp, e.cohort, m.customer_key, max(m.last_day) as day, max(m.period) as month
    from mart_customer_month as m
    join eligible as e using (customer_key)
    where m.orders > 0 and m.period < $end_month and e.cohort >= $since_period and e.cohort < $end_period
    group by e.grp, e.cohort, m.customer_key
)

select grp, cohort, {{period}} - cohort as last_age, count(*) as customers
from last_seen
group by 1, 2, 3
order by 1, 2, 3
