-- grain: month x manager; orders delivered and what went wrong
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    f.month,
    f.manager,
    count(*) as orders,
    count(f.is_late) as promised,
    sum(f.is_late) as late,
    count(f.documents_ok) as checked,
    sum(1 - f.documents_ok) as wrong_documents,
    sum(f.has_complaint) as complaints
from mart_fulfilment as f
join eligible as e using (customer_key)
where f.month >= $from_month and f.day < $to_day
group by f.month, f.manager
