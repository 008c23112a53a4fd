-- grain: value of a customer attribute; the most common first
select coalesce({{attribute}}, '') as value
from mart_customer
group by 1
order by count(*) desc, value
limit $limit
