-- grain: one customer with what a list may name it by
with eligible as (
    select customer_id, name from mart_customer where true /* filters */
)

select e.customer_id, e.name, k.phone, k.email
from eligible as e
left join customers as k using (customer_id)
