//! Bounds that several crates share, each with its reason. Bounds of one crate stand in that crate.

use crate::ByteSize;

/// Longest payload of one record. Larger lines are cut here and say how long they were; a megabyte is more than a
/// hundred printed pages, and one line must never be able to fill the memory of an agent.
pub const RECORD_BYTES_MAX: ByteSize = ByteSize::mib(1);

/// Longest payload of a record as it is stored: sealed, the longest record is a third longer, and some bytes more.
pub const STORED_RECORD_BYTES_MAX: ByteSize = ByteSize::mib(2);

/// Records in one batch. With the byte bound it keeps every column of a batch addressable with 32 bits.
pub const BATCH_RECORDS_MAX: usize = 65_536;

/// Payload bytes in one batch before compression: one largest record and its neighbours.
pub const BATCH_BYTES_MAX: ByteSize = ByteSize::mib(4);

/// Payload bytes in one batch as it is stored. Records of which little is known are sealed whole, and then grow by a third
/// and a hundred bytes each: less than half of this. Past half of it all that follow are.
pub const STORED_BATCH_BYTES_MAX: ByteSize = ByteSize::mib(24);

/// Batches in one request of an agent: ten thousand files that each wrote a line share one request.
pub const REQUEST_BATCHES_MAX: usize = 16_384;

/// Body of a request as it arrives. Eight largest batches; a larger one is a mistake or an attack.
pub const REQUEST_BYTES_MAX: ByteSize = ByteSize::mib(32);

/// Body of a request once unpacked.
pub const REQUEST_UNPACKED_BYTES_MAX: ByteSize = ByteSize::mib(128);

/// A request as it is stored, unpacked: as many largest sealed batches as largest batches fit a request.
pub const STORED_REQUEST_BYTES_MAX: ByteSize = ByteSize::gib(1);

/// How many times larger a body may become when unpacked. Real logs reach 60; bombs reach 1,000 and more.
pub const UNPACK_RATIO_MAX: u64 = 250;

/// Bodies this small may have any ratio: a few repeated lines compress a thousandfold, and the harm is bounded.
pub const UNPACK_RATIO_FREE_BYTES: ByteSize = ByteSize::mib(4);

/// Largest zstd window accepted (2^23 = 8 MiB): what level 19 uses. A header can ask for gigabytes.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Fields kept of one record. Past it the record is stored whole, and the rest is found by its text only.
pub const RECORD_FIELDS_MAX: usize = 1_024;

/// Depth to which objects inside a record become fields; deeper parts stay one text value.
pub const RECORD_DEPTH_MAX: usize = 64;

/// Length of a field name. Longer ones are cut: no person types them, and every one is stored once per block.
pub const FIELD_NAME_BYTES_MAX: usize = 512;

/// Length of a part of an origin (a pod name, a path). Kubernetes allows 253, Linux paths 4,096.
pub const ORIGIN_PART_BYTES_MAX: usize = 4_096;

/// Length of the fingerprint by which an agent knows a file again.
pub const IDENTITY_BYTES_MAX: usize = 512;
