-- The trace that a question came with (the W3C's traceparent), so that an answer stays in it whichever worker goes on.
alter table run add column traceparent text;
