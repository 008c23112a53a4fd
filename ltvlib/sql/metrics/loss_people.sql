-- grain: one customer with a loss or not; who may be named in the register
select customer_id, name, manager, channel from mart_customer where true /* filters */
