-- grain: one customer with the ABCDX segment at the end of the window; "new" = not yet a customer then
select customer_key, case when is_acquired = 1 then segment else 'new' end as grp from ({{classified}}) as s
