-- grain: manager; what they sold and when they were last seen selling or in contact
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

sold as (
    select
        m.manager,
        sum(m.orders) as orders,
        sum(case when m.first_number = 1 then 1 else 0 end) as won_customers,
        count(*) as customers,
        max(m.last_day) as last_day
    from mart_manager as m
    join eligible as e using (customer_key)
    group by m.manager
),

touched as (
    select t.manager, count(*) as touches, max(t.day) as last_day
    from mart_touch as t
    join eligible as e using (customer_key)
    where t.manager is not null
    group by t.manager
)

select
    coalesce(s.manager, t.manager) as manager,
    coalesce(s.orders, 0) as orders,
    coalesce(s.customers, 0) as sold_customers,
    coalesce(s.won_customers, 0) as won_customers,
    coalesce(t.touches, 0) as touches,
    s.last_day as last_sale_day,
    t.last_day as last_touch_day
from sold as s
full join touched as t on t.manager = s.manager
order by orders desc, manager
