-- lines of items sold to the customers in eligible as e, in a span of days; returns are left out
from mart_line as l
join eligible as e using (customer_key)
where l.order_number > 0
    and l.day >= $from_day
    and l.day < $to_day
    and l.{{item}} is not null
    and coalesce(l.quantity, 1) > 0
