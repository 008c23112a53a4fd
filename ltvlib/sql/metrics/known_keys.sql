-- grain: one customer with the keys that tell people apart, each in its normal form (ltvlib/ingest/identity.py)
with eligible as (
    select customer_id, name from mart_customer where true /* filters */
)

select
    e.customer_id,
    {{id_as_phone}} as id_as_phone,
    {{id_as_name}} as id_as_name,
    {{phone}} as phone,
    {{email}} as email,
    {{name}} as name
from eligible as e
left join customers as k using (customer_id)
