-- grain: one customer with at least one order before as_of; gives every customer a small integer key
create or replace table customer_ids as
select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_key
from (
    select distinct customer_id
    from orders
    where not is_refund and ordered_at < $as_of
) as buyers
