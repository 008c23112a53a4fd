-- Grain: one record. Why a record cannot be used by itself, and its money in the currency of the data set.
-- An order without a number is a customer at a time. The random() never fires: it keeps the engine from moving a
-- filter on the reason below this projection, where every number and date would be read a second time.
create or replace view judged as
select
    * replace (
        coalesce(order_id, customer_id || ' ' || strftime(ordered_at, '%Y-%m-%dT%H:%M:%S')) as order_id
    ),
    {value} as value,
    coalesce({typed_back}, false) or coalesce(is_back, false) as is_return,
    coalesce({status_back}, false) as says_back,
    case
        when customer_id is null then 'no_customer'
        when ordered_at is null and not dated then 'no_date'
        when ordered_at is null then 'bad_date'
        when amount is null and counted then 'bad_number'
        when amount is null and not is_covered then 'no_amount'
        when {other_currency} then 'other_currency'
        when random() < 0 then ''
    end as reason
from {rows}
