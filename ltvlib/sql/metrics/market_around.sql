-- grain: one customer x event day; orders in [day - length, day) and [day, day + length). The segment is that of the day
-- the first of the two begins, so neither the event nor the days compared move anybody; who came later is left out.
with eligible as (
    select customer_key, first_day from mart_customer where customer_key % $every = 0 /* filters */
),

days as (
    select
        unnest(cast($places as integer[])) as place,
        unnest(cast($window_days as integer[])) as window_day,
        unnest(cast($from_days as integer[])) as from_day,
        unnest(cast($event_days as integer[])) as event_day,
        unnest(cast($to_days as integer[])) as to_day
),

at_start as (
    select
        e.customer_key,
        d.place,
        d.from_day - min(e.first_day) as tenure,
        d.from_day - max(case when m.day < d.from_day and m.is_order = 1 then m.day end) as silent,
        coalesce(sum(case when m.day >= d.window_day and m.day < d.from_day then m.is_order end), 0) as orders,
        coalesce(sum(case when m.day >= d.window_day and m.day < d.from_day then m.revenue end), 0) as revenue,
        coalesce(sum(case when m.day >= d.from_day and m.day < d.event_day then m.is_order end), 0) as orders_before,
        coalesce(sum(case when m.day >= d.event_day and m.day < d.to_day then m.is_order end), 0) as orders_after
    from eligible as e
    join days as d on e.first_day < d.from_day
    left join mart_order as m
        on m.customer_key = e.customer_key and m.day >= d.window_day and m.day < d.to_day
    group by e.customer_key, d.place, d.window_day, d.from_day, d.event_day, d.to_day
)

select customer_key, place, tenure, silent, orders, orders_before, orders_after, segment from ({{classified}}) as s
where segment <> 'inactive'
order by place, customer_key
