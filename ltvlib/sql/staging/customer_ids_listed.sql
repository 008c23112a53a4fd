-- grain: one customer of the customers table; gives every one a small integer key. Who has no order before as_of is
-- taken out once the orders are known.
create or replace table customer_ids as
select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_key
from (select distinct customer_id from customers) as listed
