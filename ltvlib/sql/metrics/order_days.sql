-- grain: day with an order of one customer
select distinct m.day
from mart_order as m
join customer_ids as k using (customer_key)
where k.customer_id = $customer_id and m.is_order = 1 and m.day < $known_day
order by m.day
