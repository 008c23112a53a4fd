-- Grain: one order or one refund document (order number x customer x part x direction).
create or replace table docs as
select
    order_id,
    customer_id,
    part,
    is_back,
    min(ordered_at) as ordered_at,
    sum(money) as gross,
    coalesce(case when {refund_once} then max(refund) else sum(refund) end, 0) as refund,
    case when {cost_once} then max(cost) when count(cost) = count(*) then sum(cost) end as cost,
    case when {margin_once} then max(margin) when count(margin) = count(*) then sum(margin) end as margin,
    arg_min(channel, line) as channel,
    arg_min(manager, line) as manager,
    arg_min(status, line) as status,
    arg_min(display_name, line) as display_name,
    arg_min(city, line) as city,
    arg_min(phone, line) as phone,
    arg_min(email, line) as email
from sales
group by order_id, customer_id, part, is_back
