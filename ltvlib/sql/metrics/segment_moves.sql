-- grain: segment then x segment now; customers and the profit of both windows. "new" = not yet a customer then.
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    case when b.is_acquired = 1 then b.segment else 'new' end as segment_then,
    n.segment as segment_now,
    count(*) as customers,
    sum(b.margin) as margin_then,
    sum(n.margin) as margin_now
from ({{classified}}) as n
join ({{classified_then}}) as b using (customer_key)
join eligible as e using (customer_key)
where n.is_acquired = 1
group by 1, 2
order by 1, 2
