-- grain: one of the listed customers, with the words of a list
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select c.customer_key, c.customer_id, c.name, c.manager, c.last_day, cast(c.margin as double) as lifetime_margin
from mart_customer as c
join eligible as e using (customer_key)
where c.customer_key in (select unnest(cast($keys as integer[])))
