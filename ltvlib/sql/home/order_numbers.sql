-- grain: one wanted order number with the orders it may mean: the number as written, else the same without signs, the word
-- "order" and leading zeros. order_key, manager: of the one order found; n: how many it may be
with wanted as (
    select unnest(cast($numbers as varchar[])) as number
),

exact as (
    select w.number, min(o.order_id) as order_id, min(o.order_key) as order_key, min(o.manager) as manager, 1 as n
    from wanted as w
    join numbers as o on o.order_id = w.number
    group by w.number
),

bare as (
    select w.number, min(o.order_id) as order_id, min(o.order_key) as order_key, min(o.manager) as manager,
        count(distinct o.order_id) as n
    from (select number, {{number}} as core from wanted where number not in (select number from exact)) as w
    join (select order_id, order_key, manager, {{order_id}} as core from numbers) as o on o.core = w.core
    where w.core <> ''
    group by w.number
)

select * from exact union all select * from bare
