-- grain: one customer with at least one order; the small integer key, by the order of the ids
create or replace table customer_ids as
select customer_id, cast(row_number() over (order by customer_id) as integer) as customer_key, customer_hash
from got_customers
