-- grain: index day x customer, as metrics/programme_states, and what tells who is called: the usual gap between orders (missing
-- with one order), the profit of the same days a year ago, the last seller by that day, and whether a loss was on record.
with states as (
    -- include: metrics/programme_states
),

sellers as (
    select
        s.customer_key,
        s.day,
        m.manager,
        case when l.last_day < s.day then 1 else 0 end as has_left,
        row_number() over (
            partition by s.customer_key, s.day
            order by case when m.last_day < s.day then m.last_day else s.day end desc, m.first_day, m.manager
        ) as place
    from states as s
    join mart_manager as m on m.customer_key = s.customer_key and m.first_day < s.day
    join (select manager, max(last_day) as last_day from mart_manager group by manager) as l on l.manager = m.manager
),

year_ago as (
    select s.customer_key, s.day, cast(sum(m.margin) as double) as margin, cast(max(m.margin) as double) as largest
    from states as s
    join mart_order as m
        on m.customer_key = s.customer_key and m.day <= s.day - 365 + $days and (m.day - s.day + 3650) % 365 > 0
            and (m.day - s.day + 3650) % 365 <= $days
    group by s.customer_key, s.day
),

gone as (
    select k.customer_key, min(cast(floor(epoch(l.lost_at) / 86400) as integer)) as day
    from losses as l
    join customer_ids as k using (customer_id)
    group by k.customer_key
)

select
    s.*,
    case when s.occasions > 1 then cast(s.age_days - s.silent_days as double) / (s.occasions - 1) end as usual_gap,
    coalesce(y.margin, 0) as margin_year_ago,
    coalesce(y.largest, 0) as largest_year_ago,
    coalesce(h.manager, '') as manager,
    coalesce(h.has_left, 0) as has_left,
    case when g.day <= s.day then 1 else 0 end as is_gone
from states as s
left join sellers as h on h.customer_key = s.customer_key and h.day = s.day and h.place = 1
left join year_ago as y on y.customer_key = s.customer_key and y.day = s.day
left join gone as g on g.customer_key = s.customer_key
