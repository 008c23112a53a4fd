-- grain: reason why rows cannot be used, NULL for those that can; their money. Order numbers are counted by grouping twice:
-- a count of distinct texts is sorted on one processor by some engines
select
    reason,
    cast(sum(n) as bigint) as n,
    count(*) as numbers,
    cast(coalesce(sum(amount), 0) as bigint) as amount
from (
    select reason, order_id, count(*) as n, sum(amount) as amount
    from judged
    group by reason, order_id
) as by_number
group by reason
