-- What a call has cost, at the price that was known when it was made, and how much of the prompt each result was.

-- Billionths of the currency unit; null where no price was known. Of it, what the prompt cost.
alter table usage_entry add column cost_nanos bigint check (cost_nanos >= 0);
alter table usage_entry add column input_cost_nanos bigint check (input_cost_nanos >= 0);
-- Which price list, so that a figure can be explained after prices have changed.
alter table usage_entry add column price_version text;
-- Estimated: of a model call, its whole prompt; of a tool call, what its result adds to the prompts after it.
alter table usage_entry add column context_tokens integer not null default 0 check (context_tokens >= 0);

-- The administrators' page reads by time, over everybody.
create index usage_entry_by_time on usage_entry (created_at);
