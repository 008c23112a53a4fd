-- grain: one customer; purchase occasions, ages and margins for the forecast, and the own gaps in days. Best margin first.
-- include: metrics/model_head
,

rhythm as (
    select
        m.customer_key,
        count(*) as gaps,
        median(m.gap_days) as usual_gap
    from mart_order as m
    join eligible as e using (customer_key)
    where m.gap_days > 0 and m.day < $known_day
    group by m.customer_key
)

select
    c.customer_id,
    c.name,
    c.channel,
    c.manager,
    l.first_day,
    l.last_day,
    l.occasions,
    l.margin,
    coalesce(w.margin, 0) as margin_12m,
    coalesce(r.gaps, 0) as gaps,
    r.usual_gap
from lives as l
join mart_customer as c using (customer_key)
left join {{window}} as w using (customer_key)
left join rhythm as r using (customer_key)
order by l.margin desc, c.customer_id
limit $limit
