-- grain: month x channel; money spent on winning customers
select month, channel, cast(sum(amount) as decimal(18, 4)) as amount
from marketing_spend
where month < $as_of
group by month, channel
order by month, channel
