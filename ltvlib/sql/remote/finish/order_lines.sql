-- grain: order x product; the canonical table as an upload has it
insert into order_lines by name
select
    d.document as order_id,
    l.product_id,
    l.product_name,
    l.category,
    exact(l.quantity) as quantity,
    exact(l.revenue) as revenue,
    exact(l.cost) as cost
from got_lines as l
join got_numbered as d using (customer_hash, order_id, is_back)
order by d.order_key, l.product_id
