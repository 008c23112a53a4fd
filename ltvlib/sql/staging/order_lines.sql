-- Grain: order x product row of the file. Money of the line: price x quantity where the amount is an
-- order total, else the amount; NULL where only the total of an order with several rows is known.
select
    {order_id} as order_id,
    coalesce(s.product_id, s.product_name) as product_id,
    s.product_name,
    s.category,
    cast(case when s.is_back then -abs(s.quantity) else s.quantity end as decimal(18, 4)) as quantity,
    cast({line_money} as decimal(18, 4)) as revenue,
    cast(case when s.is_back then -abs(s.cost) else s.cost end as decimal(18, 4)) as cost
from sales as s {names}
where coalesce(s.product_id, s.product_name) is not null
order by s.line
