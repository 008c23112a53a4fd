-- grain: one customer with the ABCDX segment in the window; exact comparison, nothing is divided
select
    w.*,
    case
        when x.customer_key is not null then 'X'
        when w.orders = 0 then 'inactive'
        when w.revenue >= cast($value_threshold as decimal(18, 4)) * w.orders and w.orders >= $often_threshold then 'A'
        when w.revenue >= cast($value_threshold as decimal(18, 4)) * w.orders then 'B'
        when w.orders >= $often_threshold then 'C'
        else 'D'
    end as segment
from {{window}} as w
left join (
    select customer_key from customer_ids where customer_id in (select unnest(cast($x_customers as varchar[])))
) as x using (customer_key)
