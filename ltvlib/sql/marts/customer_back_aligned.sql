-- mart_customer_back where as_of is the first of a month: the same as calendar months, so nothing is stored twice
create or replace view mart_customer_back as
select customer_key, {{as_of_month}} - 1 - period as back, orders, revenue, margin, last_day
from mart_customer_month
