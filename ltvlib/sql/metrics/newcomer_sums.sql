-- grain: channel as written; sums over its customers from which the margin of an order and its error follow
-- include: metrics/model_head

select
    coalesce(c.channel, '') as channel,
    count(*) as customers,
    sum(l.occasions) as occasions,
    sum(l.margin) as margin,
    sum(cast(l.occasions as double) * l.occasions) as occasions_squared,
    sum(cast(l.margin as double) * l.margin) as margin_squared,
    sum(cast(l.margin as double) * l.occasions) as margin_by_occasions
from lives as l
join mart_customer as c using (customer_key)
group by 1
order by 2 desc, 1
