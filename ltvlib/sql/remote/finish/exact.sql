-- ten-thousandths, as they come from an engine, as the decimal of the canonical tables
create or replace macro exact(units) as cast(units * cast(0.0001 as decimal(5, 4)) as decimal(18, 4))
