-- grain: one order and what became of it; what the new file says of an order, else what was known
select * from new_fulfilments
union all by name
select o.* from old_fulfilments as o
where not exists (select 1 from new_fulfilments as n where n.order_id = o.order_id)
