-- mart_seller, grain: one manager who sold something; the key is a small integer
create or replace table mart_seller as
select cast(row_number() over (order by manager) as smallint) as seller_key, manager
from (select distinct manager from documents where manager is not null) as named
