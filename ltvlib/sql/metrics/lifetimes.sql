-- grain: observed days from first to last order before to_day, customers with two orders or more
with eligible as (
    select customer_key, first_day, last_day, orders from mart_customer where true /* filters */
),

lives as (
    -- who has not ordered since is known from the customer; only the lives of the others are cut at to_day
    select last_day - first_day as days from eligible where orders > 1 and last_day < $to_day
    union all
    select max(m.day) - min(m.day) as days
    from mart_order as m
    join eligible as e using (customer_key)
    where m.is_order = 1 and m.day < $to_day and e.first_day < $to_day and e.last_day >= $to_day
    group by m.customer_key
    having count(*) > 1
)

select days, count(*) as n from lives group by days order by days
