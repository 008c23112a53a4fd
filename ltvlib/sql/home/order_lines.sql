-- grain: order x product; the lines of an order come from the file that the order comes from
select * from new_order_lines
union all by name
select l.* from old_order_lines as l
where not exists (select 1 from new_orders as n where n.order_id = l.order_id)
