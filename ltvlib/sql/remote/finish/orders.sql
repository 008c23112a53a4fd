-- mart_order, grain: one order or refund document; order_key numbers them by customer, time and number.
-- document is the number made unique, as on an upload
create or replace table got_numbered as
select
    k.customer_key,
    cast(row_number() over (order by k.customer_key, d.ts, d.order_id) - 1 as integer) as order_key,
    d.* exclude (place),
    d.order_id || case
        when d.place = 1 then ''
        when d.is_back = 1 then '-R' || case when d.place > 2 then cast(d.place as varchar) else '' end
        else '#' || d.place
    end as document
from (
    select *, row_number() over (partition by order_id order by is_back, ts, customer_hash) as place
    from got_orders
) as d
join customer_ids as k using (customer_hash)
