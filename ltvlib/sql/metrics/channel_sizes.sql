-- grain: channel as written; the largest by customers
with eligible as (
    select channel from mart_customer where true /* filters */
)

select coalesce(channel, '') as channel, count(*) as customers
from eligible
group by 1
order by 2 desc, 1
limit $limit
