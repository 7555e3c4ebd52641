//! All tables of delivery.

use rusqlite::Connection;

use super::{conversation, outage, outbox, policy};

/// Makes the tables, where they are not there yet.
pub fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    outbox::create_tables(connection)?;
    conversation::create_tables(connection)?;
    outage::create_tables(connection)?;
    policy::create_tables(connection)
}
