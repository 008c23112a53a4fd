-- mart_customer_back, grain: customer x month counted back from as_of: back = 0 is the month that ends at as_of.
-- Exact for an as_of in the middle of a month; windows of whole months are sums over back.
select
    customer_key,
    $as_of_month - month - case when day_of_month >= $as_of_day_of_month then 1 else 0 end as back,
-- include: marts/document_sums
from mart_order
where customer_key > $after_key and customer_key <= $last_key
group by 1, 2

