-- grain: segment; additive facts of the window for all customers, the join to attributes saved
select
    s.segment,
-- include: metrics/segment_sums
from ({{classified}}) as s
where s.is_acquired = 1
group by s.segment
