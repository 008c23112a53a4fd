-- grain: one order; those of the new file, and those kept so far that it does not name
select * from new_orders
union all by name
select o.* from old_orders as o
where not exists (
    select 1 from new_orders as n where n.order_id = o.order_id and n.is_refund = o.is_refund
)
order by customer_id, ordered_at, order_id
