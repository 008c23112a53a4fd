-- Grain: one row. What the amounts of orders with several rows look like, to tell an order total
-- that repeats on each row from amounts of lines. Reads order_id, amount, line_money from {rows}.
with several as (
    select
        order_id,
        count(amount) as filled,
        count(*) as n,
        min(amount) = max(amount) as same,
        bool_and(abs(line_money - amount) <= 0.011) as is_line,
        abs(sum(line_money) - max(amount)) <= 0.011 * count(*) as is_total
    from {rows}
    where order_id is not null
    group by order_id
    having count(*) > 1
)
select
    count(*) as orders,
    count(*) filter (same) as same,
    count(*) filter (filled = 1) as first_only,
    count(*) filter (is_line and not coalesce(is_total, false)) as line,
    count(*) filter (is_total and not coalesce(is_line, false)) as total
from several
where filled > 0 and n > 1
