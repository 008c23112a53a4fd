-- grain: one order with what became of it, and what its customer did within $days after it; the latest first.
-- Orders whose days after are not all known yet are left out by the caller's $cut_day.
with eligible as (
    select customer_key, channel, first_category, first_product from mart_customer where true /* filters */
),

after_each as (
    select
        m.order_key,
        count(case when m.is_order = 1 then 1 end) over w as orders_after,
        count(case when m.is_order = 1 then 1 end) over second_half as orders_second_half,
        coalesce(sum(m.margin) over w, 0) as margin_after,
        coalesce(sum(m.margin) over before_it, 0) as margin_before
    from mart_order as m
    join eligible as e using (customer_key)
    window
        w as (partition by m.customer_key order by m.day range between 1 following and $days following),
        second_half as (
            partition by m.customer_key order by m.day range between $half following and $days following
        ),
        before_it as (partition by m.customer_key order by m.day range between 365 preceding and 1 preceding)
)

select
    f.customer_key,
    f.order_number,
    f.day,
    f.month,
    f.manager,
    f.is_late,
    f.late_days,
    f.documents_ok,
    f.has_complaint,
    e.channel,
    coalesce(e.first_category, e.first_product) as first_product,
    a.orders_after,
    a.orders_second_half,
    cast(a.margin_after as double) as margin_after,
    cast(a.margin_before as double) as margin_before
from mart_fulfilment as f
join eligible as e using (customer_key)
join after_each as a using (order_key)
where f.day < $cut_day
order by f.day desc, f.order_key
limit $limit
