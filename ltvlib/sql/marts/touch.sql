-- mart_touch, grain: one contact with a customer; day = days since 1970-01-01
create or replace table mart_touch as
select
    k.customer_key,
    cast(floor(epoch(t.touched_at) / 86400) as integer) as day,
    t.kind,
    t.manager,
    t.outcome
from touches as t
join customer_ids as k using (customer_id)
