-- Grain: one order or one refund document; every record is one.
create or replace view docs as
select
    order_id, customer_id, part, is_back, ordered_at, money as gross, coalesce(refund, 0) as refund, cost, margin,
    channel, manager, status, display_name, city, phone, email
from sales
