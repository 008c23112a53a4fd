-- grain: customer x month counted back from the first day of month number $until
select customer_key, $until - 1 - period as back, orders, revenue, margin, last_day
from mart_customer_month
where period < $until
