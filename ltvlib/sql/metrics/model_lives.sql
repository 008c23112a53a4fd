-- one customer with an order before $known_day. A purchase occasion is a day with an order: several orders of one
-- day are one decision to buy. What happened from $known_day up to $to_day is actual_orders.
select
    m.customer_key,
    min(case when m.is_order = 1 then m.day end) as first_day,
    max(case when m.is_order = 1 and m.day < $known_day then m.day end) as last_day,
    sum(case when m.day < $known_day and (m.order_number = 1 or m.gap_days > 0) then 1 else 0 end) as occasions,
    sum(case when m.day < $known_day and m.day >= $recent_day and (m.order_number = 1 or m.gap_days > 0)
        then 1 else 0 end) as recent_orders,
    sum(case when m.day >= $known_day and m.gap_days > 0 then 1 else 0 end) as actual_orders,
    sum(case when m.day < $known_day then m.margin else 0 end) as margin
from mart_order as m
join eligible as e using (customer_key)
where m.day < $to_day and e.first_month >= $since_month and e.first_day < $known_day
group by m.customer_key
