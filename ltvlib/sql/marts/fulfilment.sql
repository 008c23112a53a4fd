-- mart_fulfilment, grain: one order with what became of it. late_days: full days after the promised day, 0 = on time,
-- missing where nothing was promised or delivered
create or replace table mart_fulfilment as
select
    m.customer_key,
    m.order_key,
    m.order_number,
    m.day,
    m.month,
    m.margin,
    d.manager,
    case
        when f.delivered_at <= f.promised_at then 0
        else cast(floor(epoch(f.delivered_at) / 86400) - floor(epoch(f.promised_at) / 86400) as integer)
    end as late_days,
    case when f.delivered_at > f.promised_at then 1 when f.delivered_at <= f.promised_at then 0 end as is_late,
    case when f.documents_ok then 1 when not f.documents_ok then 0 end as documents_ok,
    case when f.complaint is null or trim(f.complaint) = '' then 0 else 1 end as has_complaint,
    nullif(trim(f.complaint), '') as complaint
from fulfilments as f
join documents as d on d.order_id = f.order_id
join mart_order as m using (order_key)
where m.is_order = 1
