-- grain: place of a customer when sorted by profit in the window, the best first; about 200 points of the curve
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

ranked as (
    select
        row_number() over (order by w.margin desc, w.customer_key) as place,
        count(*) over () as customers,
        sum(w.margin) over (order by w.margin desc, w.customer_key rows unbounded preceding) as running_margin
    from {{window}} as w
    join eligible as e using (customer_key)
    where w.orders > 0
)

select place, customers, running_margin
from ranked
where place = 1
    or place = customers
    or place = (customers + 4) // 5
    or place % (1 + customers // 200) = 0
order by place
