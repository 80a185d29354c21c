-- What programs ask (/v1): chats of their own, kept apart from those people lead, with what was asked for beside the words.

alter table conversation add column origin text not null default 'app' check (origin in ('app', 'api'));
-- So that a page of people's conversations is read from an index, however many programs made.
create index conversation_recent_of_people on conversation (owner_id, updated_at desc, id desc) where origin = 'app';
create index conversation_age_of_programs on conversation (updated_at) where origin = 'api';

-- The settings and tools a program sent. Null for what people ask.
alter table run add column options jsonb;
