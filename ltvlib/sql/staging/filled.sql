-- Grain: one record. Exports that write the fields of an order on its first row only: blanks of the
-- later rows are filled from the first row that has a value. Amounts are never filled; a blank amount
-- is covered when another row of the order has one.
create or replace table filled as
with heads as (
    select
        order_id,
        arg_min(customer_id, line) as customer_id,
        arg_min(display_name, line) as display_name,
        arg_min(phone, line) as phone,
        arg_min(email, line) as email,
        arg_min(ordered_at, line) as ordered_at,
        arg_min(channel, line) as channel,
        arg_min(manager, line) as manager,
        arg_min(city, line) as city,
        arg_min(status, line) as status,
        arg_min(document_type, line) as document_type,
        arg_min(currency, line) as currency,
        bool_or(is_cancelled) as is_cancelled,
        bool_or(amount is not null) as has_amount
    from given
    where order_id is not null
    group by order_id
    having count(*) > 1
)
select
    g.* replace (
        coalesce(g.customer_id, h.customer_id) as customer_id,
        coalesce(g.display_name, h.display_name) as display_name,
        coalesce(g.phone, h.phone) as phone,
        coalesce(g.email, h.email) as email,
        case when g.dated then g.ordered_at else h.ordered_at end as ordered_at,
        coalesce(g.channel, h.channel) as channel,
        coalesce(g.manager, h.manager) as manager,
        coalesce(g.city, h.city) as city,
        coalesce(g.status, h.status) as status,
        coalesce(g.document_type, h.document_type) as document_type,
        coalesce(g.currency, h.currency) as currency,
        coalesce(h.is_cancelled, g.is_cancelled) as is_cancelled
    ),
    not g.counted and coalesce(h.has_amount, false) as is_covered
from given as g
left join heads as h using (order_id)
