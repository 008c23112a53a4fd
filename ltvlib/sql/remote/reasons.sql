-- grain: reason why rows cannot be used, NULL for those that can; their money
select
    reason,
    count(*) as n,
    count(distinct order_id) as numbers,
    cast(coalesce(sum(amount), 0) as bigint) as amount
from judged
group by reason
