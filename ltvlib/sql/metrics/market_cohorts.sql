-- grain: month of the first order; customers won, and those of them who ordered again within $days days.
-- Only first orders whose $days days are all before $end_day count into known and returned.
with eligible as (
    select customer_key, first_day, first_month from mart_customer where true /* filters */
),

second as (
    select customer_key, min(day) as day from mart_order where order_number = 2 group by customer_key
)

select
    e.first_month as month,
    count(*) as new_customers,
    sum(case when e.first_day + $days < $end_day then 1 else 0 end) as known,
    sum(case when e.first_day + $days < $end_day and s.day <= e.first_day + $days then 1 else 0 end) as returned
from eligible as e
left join second as s using (customer_key)
where e.first_day < $end_day
group by e.first_month
order by e.first_month
