-- grain: one customer; the canonical table as an upload has it
insert into customers by name
select customer_id, name, channel, manager, city, phone, email
from got_customers
order by customer_id
