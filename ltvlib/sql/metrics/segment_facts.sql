-- grain: segment; additive facts of the window, and lifetime profit
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    s.segment,
-- include: metrics/segment_sums
from ({{classified}}) as s
join eligible as e using (customer_key)
where s.is_acquired = 1
group by s.segment
