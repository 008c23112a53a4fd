-- grain: one customer; what the new file knows, else what was known
select {{known}}
from new_customers as n
full join old_customers as o on o.customer_id = n.customer_id
order by 1
