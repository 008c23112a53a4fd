-- grain: customer x item bought before $to_day: first and last day; of every $nth customer, or of those listed
with eligible as (
    select customer_key from mart_customer
    where true /* filters */
        and (($everybody and customer_key % $nth = 0) or customer_id in (select unnest(cast($customers as varchar[]))))
)

select l.customer_key, l.{{item}} as item, min(l.day) as first_day, max(l.day) as last_day
from mart_line as l
join eligible as e using (customer_key)
where l.order_number > 0 and l.day < $to_day and l.{{item}} is not null and coalesce(l.quantity, 1) > 0
group by l.customer_key, l.{{item}}
order by l.customer_key, item
