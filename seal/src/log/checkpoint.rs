//! Checkpoints: what a log signs about itself (c2sp.org/tlog-checkpoint).

use super::hash::{Hash, HashError};
use super::note::Note;
use super::note_error::NoteError;
use super::signing_key::SigningKey;
use super::tree::SIZE_MAX;
use super::verifying_key::VerifyingKey;

/// An origin is a short name, such as `example.com/audit`.
pub const ORIGIN_BYTES_MAX: usize = 1_024;

/// Lines after the root that others may add. The specification advises against any.
pub const EXTENSIONS_MAX: usize = 64;

/// Why a checkpoint says nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is broken, or nobody known signed it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The signed text is none.
    #[error("the note is not a checkpoint: {0}; take it from the log's `checkpoint` object")]
    Malformed(&'static str),
    /// The third line is no hash.
    #[error("the note is not a checkpoint, as its third line is no root: {0}")]
    Root(#[from] HashError),
    /// It is a checkpoint of another log.
    #[error("the checkpoint is of log `{found}`, but that of `{expected}` was asked for")]
    Origin {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
}

/// The state of a tree: all that is needed to check it, and to continue it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpointed {
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Checkpointed {
    /// The log before its first entry.
    pub fn empty() -> Self {
        Self { size: 0, root: Hash::of_nothing() }
    }
}

/// A state of a log, with its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The log's name, the same for ever: `example.com/audit`.
    pub origin: String,
    /// The tree.
    pub tree: Checkpointed,
    /// Lines that another implementation added. This one adds none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Describes the state of a log. The origin is a line of text.
    pub fn new(origin: &str, tree: Checkpointed) -> Result<Self, CheckpointError> {
        is_line(origin)?;
        if origin.len() > ORIGIN_BYTES_MAX {
            return Err(CheckpointError::Malformed("its origin is longer than 1,024 bytes"));
        }
        if tree.size > SIZE_MAX {
            return Err(CheckpointError::Malformed("its size is beyond what a log can have"));
        }
        if tree.size == 0 && tree.root != Hash::of_nothing() {
            return Err(CheckpointError::Malformed("it has a root, but no entries"));
        }
        Ok(Self { origin: origin.into(), tree, extensions: Vec::new() })
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, tree: Checkpointed { size, root }, extensions } = self;
        let lines = extensions.iter().flat_map(|line| [line, "\n"]);
        format!("{origin}\n{size}\n{root}\n") + &lines.collect::<String>()
    }

    /// Reads the text that is signed.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed("its text does not end with a newline"))?;
        let mut lines = lines.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Malformed("it has fewer than three lines"));
        let (origin, size, root) = (line()?, line()?, line()?);
        let number: u64 = size.parse().map_err(|_| CheckpointError::Malformed("its size is not a number"))?;
        if number.to_string() != size {
            return Err(CheckpointError::Malformed("its size is not written in the shortest way"));
        }
        let mut checkpoint =
            Self::new(origin, Checkpointed { size: number, root: Hash::from_base64(root)? })?;
        for line in lines {
            is_line(line)?;
            if checkpoint.extensions.len() == EXTENSIONS_MAX {
                return Err(CheckpointError::Malformed("it has more than 64 extension lines"));
            }
            checkpoint.extensions.push(line.into());
        }
        Ok(checkpoint)
    }

    /// The checkpoint as an object to store: a note signed with all keys.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<String, CheckpointError> {
        // What was put together by hand must be readable, too.
        Self::parse(&self.text())?;
        Ok(Note::sign(self.text(), keys)?.to_string())
    }

    /// Reads a note, verifies it, and checks that it is of this log.
    pub fn verify(note: &[u8], origin: &str, keys: &[VerifyingKey]) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(Note::parse(note)?.verify(keys)?)?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { found: checkpoint.origin, expected: origin.into() });
        }
        Ok(checkpoint)
    }
}

fn is_line(line: &str) -> Result<(), CheckpointError> {
    if line.is_empty() || line.bytes().any(|byte| byte < b' ') {
        return Err(CheckpointError::Malformed("a line is empty or has a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::hash::leaf_hash;

    const ORIGIN: &str = "example.com/behind-the-sofa";
    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn key() -> SigningKey {
        SigningKey::from_secret(ORIGIN, &[1; 32]).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_is_read() {
        let checkpoint = Checkpoint::parse(TEXT).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.tree.size), (ORIGIN, 20_852_163));
        assert_eq!(checkpoint.text(), TEXT);
        let note = format!(
            "{TEXT}\n— {ORIGIN} Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        );
        let read = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(Checkpoint::parse(&format!("{TEXT}more\n")).unwrap().extensions, ["more"]);
        assert!(matches!(read.verify(&[key().verifying_key().clone()]), Err(NoteError::Unknown { .. })));
    }

    #[test]
    fn a_signed_checkpoint_is_verified_for_its_own_log_only() {
        let tree = Checkpointed { size: 3, root: leaf_hash(b"three") };
        let checkpoint = Checkpoint::new(ORIGIN, tree).unwrap();
        let note = checkpoint.sign(&[&key()]).unwrap();
        let keys = [key().verifying_key().clone()];
        assert_eq!(Checkpoint::verify(note.as_bytes(), ORIGIN, &keys), Ok(checkpoint));
        let other = Checkpoint::verify(note.as_bytes(), "example.com/other", &keys);
        assert!(matches!(other, Err(CheckpointError::Origin { .. })));
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        let broken = [
            String::new(),
            "\n\n\n".into(),
            TEXT.trim_end().into(),
            TEXT.replace(ORIGIN, ""),
            TEXT.replace("2085", "02085"),
            TEXT.replace("2085", "+2085"),
            TEXT.replace("2085", "-2085"),
            TEXT.replace("20852163", "281474976710657"),
            TEXT.replace("20852163", "99999999999999999999"),
            TEXT.replace("20852163", "0"),
            TEXT.replace("q2I=", "q2J="),
            TEXT.replace("q2I=", ""),
            format!("{TEXT}\n"),
            format!("{TEXT}more\n\nlines\n"),
            format!("{TEXT}{}", "line\n".repeat(65)),
        ];
        for text in broken {
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
        for origin in ["", "two\nlines", &"o".repeat(1_025)] {
            assert!(Checkpoint::new(origin, Checkpointed::empty()).is_err(), "{origin:?}");
        }
    }

    #[test]
    fn extensions_that_would_not_be_read_are_not_signed() {
        let mut checkpoint = Checkpoint::parse(TEXT).unwrap();
        checkpoint.extensions.push("two\n\nlines".into());
        assert!(checkpoint.sign(&[&key()]).is_err());
    }

    proptest! {
        #[test]
        fn a_text_that_is_read_is_printed_alike(
            text in "[a ]{0,2}\n?[0-9]{1,3}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n(b\n?){0,3}",
        ) {
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.text(), text);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, text: String) {
            prop_assert!(Checkpoint::verify(&bytes, ORIGIN, &[]).is_err());
            prop_assert!(Checkpoint::parse(&text).is_err());
        }
    }
}
