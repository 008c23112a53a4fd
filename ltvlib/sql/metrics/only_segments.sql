and customer_key in (
        select customer_key from ({{classified}}) as s where segment in (select unnest(cast($only_segments as varchar[])))
    )
