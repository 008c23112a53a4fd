-- Grain: one record to merge: an order that stands in the file several times, without lines, in
-- different states. The last version stands: by the time of change, else by the order date, else by line.
with candidates as (
    select
        line,
        order_id,
        customer_id,
        coalesce(updated_at, ordered_at) as changed_at,
        hash(status, updated_at) as state,
        coalesce(amount, 0) as amount
    from live
    where not is_return and not says_back and coalesce(amount, 0) >= 0
),

ranked as (
    select
        *,
        row_number() over (partition by order_id, customer_id order by changed_at desc, line desc) as place,
        min(state) over (partition by order_id, customer_id) as least_state,
        max(state) over (partition by order_id, customer_id) as most_state
    from candidates
)

select line, 'older_version' as reason, true as is_merged, amount
from ranked
where place > 1 and least_state <> most_state
