-- grain: one customer as known before $known_day, and whether an order followed in [$known_day, $to_day)
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    max(case when m.day < $known_day and m.is_order = 1 then m.day end) as last_day,
    sum(case when m.day < $known_day and (m.order_number = 1 or m.gap_days > 0) then 1 else 0 end) as occasions,
    sum(case when m.day < $known_day and m.gap_days > 0 then 1 else 0 end) as gaps,
    median(case when m.day < $known_day and m.gap_days > 0 then m.gap_days end) as usual_gap,
    max(case when m.day >= $known_day and m.is_order = 1 then 1 else 0 end) as has_returned
from mart_order as m
join eligible as e using (customer_key)
where m.day < $to_day
group by m.customer_key
having min(case when m.is_order = 1 then m.day end) < $known_day
