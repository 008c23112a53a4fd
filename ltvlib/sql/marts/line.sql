-- mart_line, grain: order line, all keys and no text. order_number is 0 for refunds, whose quantities are negative.
-- margin: revenue less the line's cost, else its part of the document's margin. The unit price is revenue / quantity
create or replace table mart_line as
select
    m.customer_key,
    m.order_key,
    m.order_number,
    m.day,
    p.product_key,
    p.category_key,
    s.seller_key,
    l.quantity,
    l.revenue,
    cast(
        coalesce(l.revenue - l.cost, l.revenue * (m.margin / nullif(m.revenue, 0))) as decimal(18, 4)
    ) as margin
from order_lines as l
join mart_product as p using (product_id)
join documents as d on d.order_id = l.order_id
join mart_order as m using (order_key)
left join mart_seller as s on s.manager = d.manager
