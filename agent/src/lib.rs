//! Ships records from a node: finds log files, follows them through rotation, sends them until they are acknowledged.
