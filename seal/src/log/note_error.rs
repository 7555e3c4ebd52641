//! Why a note is not believed.

/// Why a note says nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoteError {
    /// It is not a note.
    #[error("this is not a signed note: {0}; take it again from where it was written")]
    Malformed(&'static str),
    /// A signature line is not one.
    #[error("signature line {line} of the note is broken; take the note again from where it was written")]
    Line {
        /// The line, from 1, after the blank one.
        line: usize,
    },
    /// A known key's signature does not fit the text.
    #[error("the signature of `{name}+{id:08x}` does not fit the text; the note was changed")]
    Signature {
        /// The key's name.
        name: String,
        /// The key's id.
        id: u32,
    },
    /// A known key stands there twice.
    #[error("`{name}+{id:08x}` signs the note twice; the note was changed")]
    Repeated {
        /// The key's name.
        name: String,
        /// The key's id.
        id: u32,
    },
    /// Nobody who is known signed it.
    #[error(
        "the note is signed by {signers}, and none of the given keys; give the key of the log that wrote it"
    )]
    Unknown {
        /// Who signed it.
        signers: String,
    },
}
