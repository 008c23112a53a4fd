-- grain: number of orders in the window; customers and profit
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select w.orders, count(*) as customers, sum(w.margin) as margin
from {{window}} as w
join eligible as e using (customer_key)
where w.orders > 0
group by w.orders
order by w.orders
