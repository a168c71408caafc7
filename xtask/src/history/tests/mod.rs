mod entries;
mod messages;
