-- grain: customer x seller who was not the first to sell to the customer; the day of the first sale, $limit of the latest
with eligible as (
    select customer_key, customer_id from mart_customer where true /* filters */
)

select e.customer_id, m.manager, m.first_day as day
from mart_manager as m
join eligible as e using (customer_key)
where m.first_number > 1
order by m.first_day desc, e.customer_id
limit $limit
