//! Keeps records: durable in a journal first, searchable at once, immutable in splits later.
