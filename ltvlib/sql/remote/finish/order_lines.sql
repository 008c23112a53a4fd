-- grain: order x product; the canonical table as an upload has it
insert into order_lines by name
select
    d.document as order_id,
    l.product_id,
    l.product_name,
    l.category,
    cast(l.quantity * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)) as quantity,
    cast(l.revenue * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)) as revenue,
    cast(l.cost * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)) as cost
from got_lines as l
join got_numbered as d using (customer_hash, order_id, is_back)
order by d.order_key, l.product_id
