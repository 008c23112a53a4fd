-- grain: one customer of a cohort (and group) with what happened at one age; the people behind a cell
with eligible as (
    select customer_key, coalesce({{group}}, '') as grp, customer_id, name, channel, manager, first_day
    from mart_customer where true /* filters */
),

picked as (
    select
        e.customer_key,
        e.customer_id,
        e.name,
        e.channel,
        e.manager,
        e.first_day,
        cast(sum(case when p.age = $age then p.orders else 0 end) as bigint) as orders,
        sum(case when p.age = $age then p.revenue else 0 end) as revenue,
        sum(case when p.age = $age then p.margin else 0 end) as margin,
        sum(p.margin) as cumulative_margin
    from mart_customer_{{grain}} as p
    join eligible as e using (customer_key)
    where p.age <= $age
        and p.period < $end_period
        and p.cohort >= $cohort_from
        and p.cohort < $cohort_to
        and ($every_group or e.grp = $group_value)
    group by all
    having not $only_active or sum(case when p.age = $age then p.orders else 0 end) > 0
    order by cumulative_margin desc, e.customer_id
    limit $limit
)

select
    k.customer_id,
    k.name,
    k.channel,
    k.manager,
    k.first_day,
    max(m.last_day) as last_day,
    k.orders,
    k.revenue,
    k.margin,
    k.cumulative_margin
from picked as k
join mart_customer_month as m using (customer_key)
where m.period < $end_month
group by all
order by k.cumulative_margin desc, k.customer_id
