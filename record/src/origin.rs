//! Where a record came from, and the identity that follows from it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::limits::ORIGIN_PART_BYTES_MAX;
use crate::wire::{Malformed, Reader, Writer};

/// Which of a container's two outputs a line was written to; plain files have one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The lines of a plain file or of a door.
    #[default]
    Plain,
    /// The standard output of a container.
    Stdout,
    /// The standard error of a container.
    Stderr,
}

impl Channel {
    fn to_byte(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Plain, Self::Stdout, Self::Stderr].get(usize::from(byte)).copied()
    }

    /// The name in records: `stdout`, `stderr`, or nothing for plain files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// The place a record came from. Parts that a source does not have are empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The cluster's name, as the agent's configuration gives it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// The machine.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// The Kubernetes namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The pod's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pod: String,
    /// The pod's unique id: two pods of one name differ in it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pod_uid: String,
    /// The container's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub container: String,
    /// The path of the file as it is named while it is written, or the door: `/api/v1/ingest`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Standard output or standard error.
    #[serde(skip_serializing_if = "is_plain")]
    pub channel: Channel,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_plain(channel: &Channel) -> bool {
    *channel == Channel::Plain
}

impl Origin {
    fn parts(&self) -> [&str; 7] {
        [&self.cluster, &self.node, &self.namespace, &self.pod, &self.pod_uid, &self.container, &self.file]
    }

    /// Appends the origin as bytes.
    pub fn encode(&self, writer: &mut Writer) {
        for part in self.parts() {
            writer.text(part);
        }
        writer.u8(self.channel.to_byte());
    }

    /// Takes an origin off the front.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut part = || reader.text(ORIGIN_PART_BYTES_MAX).map(str::to_owned);
        let (cluster, node, namespace) = (part()?, part()?, part()?);
        let (pod, pod_uid, container, file) = (part()?, part()?, part()?, part()?);
        let channel = Channel::from_byte(reader.u8()?).ok_or_else(|| reader.malformed("unknown channel"))?;
        Ok(Self { cluster, node, namespace, pod, pod_uid, container, file, channel })
    }
}

/// A sequence of bytes in which positions mean something: one channel of one generation of one origin, as one
/// agent reads it. The collector keeps an exact high-water mark per lane.
///
/// A generation is one file's life from creation to deletion or truncation; rotation begins the next one. Standard
/// output and standard error share the file and its positions but are lanes of their own, so that an unfinished line
/// on one never holds back the other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Lane {
    /// The agent's name, or the door's.
    pub agent: Arc<str>,
    /// Where the bytes come from.
    pub origin: Arc<Origin>,
    /// Which file of that name; counts up from 1.
    pub generation: u64,
}

impl Lane {
    /// Appends the lane as bytes; equal lanes give equal bytes.
    pub fn encode(&self, writer: &mut Writer) {
        writer.text(&self.agent);
        self.origin.encode(writer);
        writer.varint(self.generation);
    }

    /// Takes a lane off the front.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let agent = reader.text(ORIGIN_PART_BYTES_MAX)?.into();
        let origin = Arc::new(Origin::decode(reader)?);
        Ok(Self { agent, origin, generation: reader.varint()? })
    }

    /// The first half of the ids of all records of this file: the same for both channels, so that ids order the
    /// lines of a container as they stand in its file.
    pub fn id_prefix(&self) -> u64 {
        let mut writer = Writer::new();
        writer.text(&self.agent);
        for part in self.origin.parts() {
            writer.text(part);
        }
        writer.varint(self.generation);
        let digest = Sha256::digest(writer.as_slice());
        let mut prefix = [0; 8];
        prefix.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(prefix)
    }
}

/// Names one record for ever: 64 bits of its origin and generation, then its offset. The same after a restart, in
/// every tier and in a permalink; within one file, ids grow with the offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordId {
    /// See [`Lane::id_prefix`].
    pub prefix: u64,
    /// The offset of the record's first byte in its file.
    pub offset: u64,
}

impl RecordId {
    /// The bytes that its text tells: what sealed values are bound to.
    pub fn to_bytes(self) -> [u8; 16] {
        ((u128::from(self.prefix) << 64) | u128::from(self.offset)).to_be_bytes()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}{:016x}", self.prefix, self.offset)
    }
}

impl FromStr for RecordId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let halves = (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| (u64::from_str_radix(&text[..16], 16), u64::from_str_radix(&text[16..], 16)));
        match halves {
            Some((Ok(prefix), Ok(offset))) => Ok(Self { prefix, offset }),
            _ => Err(format!("`{}` is not a record id; ids are 32 hexadecimal digits", text.escape_debug())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(container: &str, channel: Channel, generation: u64) -> Lane {
        let origin = Origin { container: container.into(), channel, ..Origin::default() };
        Lane { agent: "node-1".into(), origin: Arc::new(origin), generation }
    }

    #[test]
    fn a_lane_comes_back_from_its_bytes() {
        let lane = lane("payments", Channel::Stderr, 300);
        let mut writer = Writer::new();
        lane.encode(&mut writer);
        assert_eq!(Lane::decode(&mut Reader::new(writer.as_slice())).unwrap(), lane);
    }

    #[test]
    fn both_channels_of_a_file_share_the_id_prefix_and_generations_do_not() {
        let prefix = lane("payments", Channel::Stdout, 1).id_prefix();
        assert_eq!(lane("payments", Channel::Stderr, 1).id_prefix(), prefix);
        assert_ne!(lane("payments", Channel::Stdout, 2).id_prefix(), prefix);
        assert_ne!(lane("ledger", Channel::Stdout, 1).id_prefix(), prefix);
    }

    #[test]
    fn an_id_is_read_back_from_its_text() {
        let id = RecordId { prefix: 0xfeed, offset: 42 };
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("feed".parse::<RecordId>().is_err());
        assert!("+".repeat(32).parse::<RecordId>().is_err());
    }
}
