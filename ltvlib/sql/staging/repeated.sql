-- Grain: one record whose amount repeats the total of its order: all but the first row with an amount
-- (a row that counts as sold, where the statuses of the rows differ).
create or replace table repeated as
select line, amount
from (
    select
        line,
        amount,
        row_number() over (
            partition by order_id, customer_id, {part}, amount < 0, is_return or says_back
            order by coalesce(is_cancelled, false) or {unsold}, line
        ) as place
    from live
    where amount is not null
)
where place > 1
