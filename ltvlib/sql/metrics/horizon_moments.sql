-- grain: one row; number of customers, sums and sums of squares of horizon_values
select
    count(*) as customers,
    coalesce(sum(revenue), 0) as revenue,
    coalesce(sum(margin), 0) as margin,
    coalesce(sum(contribution), 0) as contribution,
    coalesce(sum(revenue * revenue), 0) as revenue_squared,
    coalesce(sum(margin * margin), 0) as margin_squared,
    coalesce(sum(contribution * contribution), 0) as contribution_squared
from (
    -- include: metrics/horizon_values
) as lives
