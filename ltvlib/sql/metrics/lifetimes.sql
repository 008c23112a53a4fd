-- grain: observed days from first to last order before to_day, customers with two orders or more
with eligible as (
    select customer_key, first_day from mart_customer where true /* filters */
),

lives as (
    select m.customer_key, max(m.day) - min(m.day) as days
    from mart_order as m
    join eligible as e using (customer_key)
    where m.is_order = 1 and m.day < $to_day
    group by m.customer_key
    having count(*) > 1
)

select days, count(*) as n from lives group by days order by days
