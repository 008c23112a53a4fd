-- grain: purchase occasions x their margin together; customers
-- include: metrics/model_head

select
    occasions,
    margin,
    count(*) as customers
from lives
group by 1, 2
order by 1, 2
