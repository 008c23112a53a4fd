-- grain: one order or refund document; its texts, found by the key that the marts carry
create or replace table documents as
select order_key, document as order_id, channel, manager from got_numbered
