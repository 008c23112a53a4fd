-- grain: one target of a run; orders and margin in [from_day, to_day), 0 where nothing was bought
with targets as (
    select unnest(cast($customers as varchar[])) as customer_id,
        unnest(cast($from_days as integer[])) as from_day,
        unnest(cast($places as integer[])) as place
)

select
    t.place,
    coalesce(sum(case when m.is_order = 1 then 1 else 0 end), 0) as orders,
    coalesce(cast(sum(m.margin) as double), 0) as margin
from targets as t
left join customer_ids as k using (customer_id)
left join mart_order as m
    on m.customer_key = k.customer_key and m.day >= t.from_day and m.day < t.from_day + $days and m.day < $known_day
group by t.place
order by t.place
