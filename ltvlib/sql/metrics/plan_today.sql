-- grain: origin x segment of the window. origin = segment in the window before for customers who ordered in it,
-- "returned" for older customers, "new" for those whose first order fell into the window. Additive facts of the window;
-- everyone = also those without an order in it; first_* = the first orders of the new ones.
with eligible as (
    select customer_key, first_revenue, first_margin from mart_customer where true /* filters */
),

months as (
    select customer_key, count(*) as active_months
    from {{back}} as b
    where back >= 0 and back < $months and orders > 0
    group by customer_key
)

select
    case when t.is_acquired = 0 then 'new' when t.orders > 0 then s.segment else 'returned' end as origin,
    n.segment,
    count(*) as everyone,
    cast(sum(case when w.orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(w.orders) as bigint) as orders,
    sum(w.revenue) as revenue,
    sum(w.margin) as margin,
    cast(sum(coalesce(m.active_months, 0)) as bigint) as active_months,
    sum(case when t.is_acquired = 0 then e.first_revenue else 0 end) as first_revenue,
    sum(case when t.is_acquired = 0 then e.first_margin else 0 end) as first_margin
from {{window}} as w
join {{window_before}} as t using (customer_key)
join ({{classified}}) as n using (customer_key)
join ({{classified_then}}) as s using (customer_key)
join eligible as e using (customer_key)
left join months as m using (customer_key)
where w.is_acquired = 1
group by 1, 2
order by 1, 2
