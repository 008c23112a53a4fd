-- grain: segment; additive facts of the window, and lifetime profit
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    s.segment,
    count(*) as customers,
    cast(sum(case when s.orders > 0 then 1 else 0 end) as bigint) as buyers,
    cast(sum(s.orders) as bigint) as orders,
    sum(s.revenue) as revenue,
    sum(s.margin) as margin,
    sum(s.lifetime_margin) as lifetime_margin,
    max(s.last_day) as last_day,
    cast(sum(s.last_day) as bigint) as sum_last_day
from ({{classified}}) as s
join eligible as e using (customer_key)
where s.is_acquired = 1
group by s.segment
