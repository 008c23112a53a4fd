-- grain: one order or refund document; its texts, found by the key that the marts carry
create or replace view documents as
select order_key, order_id, channel, manager from orders
