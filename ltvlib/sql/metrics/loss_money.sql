-- grain: one loss; profit of the 365 days before it, and what the customer did after it, as known before $known_day
with lost as (
    select unnest(cast($customers as varchar[])) as customer_id,
        unnest(cast($days as integer[])) as day,
        unnest(cast($places as integer[])) as place
)

select
    l.place,
    coalesce(cast(sum(case when m.day < l.day and m.day >= l.day - 365 then m.margin end) as double), 0) as margin_before,
    coalesce(cast(sum(case when m.day < l.day and m.day >= l.day - 365 then m.revenue end) as double), 0) as revenue_before,
    coalesce(sum(case when m.day < l.day and m.day >= l.day - 365 then m.is_order end), 0) as orders_before,
    coalesce(sum(case when m.day > l.day then m.is_order end), 0) as orders_after,
    coalesce(cast(sum(case when m.day > l.day then m.margin end) as double), 0) as margin_after
from lost as l
left join customer_ids as k using (customer_id)
left join mart_order as m on m.customer_key = k.customer_key and m.day < $known_day
group by l.place
order by l.place
