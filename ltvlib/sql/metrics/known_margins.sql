-- grain: one row; documents without a margin, and margin and revenue of the orders that have one
select
    count(*) - count(gross_margin) as unknown,
    coalesce(sum(case when not is_refund then gross_margin end), 0) as margin,
    coalesce(sum(case when not is_refund and gross_margin is not null then revenue end), 0) as revenue
from orders
where ordered_at < $as_of
