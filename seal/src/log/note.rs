//! Signed notes: a text and who signed it (c2sp.org/signed-note).

use std::fmt;

use super::note_error::NoteError;
use super::signature::NoteSignature;
use super::signing_key::SigningKey;
use super::verifying_key::VerifyingKey;

/// Far more than a checkpoint with a hundred signatures needs, and little enough to read without a second thought.
pub const NOTE_BYTES_MAX: usize = 1_000_000;

/// The specification asks for at least 16. The reference implementation takes 100.
pub const SIGNATURES_MAX: usize = 100;

/// A text with signatures. Its text means nothing before [`Note::verify`]. Printed as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Signs a text, which ends with a newline and has no other control characters. During a rotation both keys sign, so
    /// that those who know only the old one or only the new one can both verify it.
    pub fn sign(text: String, keys: &[&SigningKey]) -> Result<Self, NoteError> {
        if keys.is_empty() || keys.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("it needs a signature, and has at most a hundred"));
        }
        is_text(&text)?;
        let signature = |key: &&SigningKey| NoteSignature {
            name: key.verifying_key().name().into(),
            id: key.verifying_key().id(),
            bytes: key.sign(text.as_bytes()),
        };
        let signatures: Vec<_> = keys.iter().map(signature).collect();
        Ok(Self { text, signatures })
    }

    /// Reads a note. Says nothing about whether its signatures are right.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("it is longer than a million bytes"));
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        let (text, lines) = note
            .rsplit_once("\n\n")
            .ok_or(NoteError::Malformed("no blank line separates text and signatures"))?;
        let text = format!("{text}\n");
        is_text(&text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("it does not end with a newline"))?;
        let mut signatures = Vec::new();
        for (position, line) in lines.split('\n').enumerate() {
            if position == SIGNATURES_MAX {
                return Err(NoteError::Malformed("it has more than a hundred signatures"));
            }
            signatures.push(NoteSignature::parse(line).ok_or(NoteError::Line { line: position + 1 })?);
        }
        Ok(Self { text, signatures })
    }

    /// The text, if at least one of the keys signed it, and every signature of one of them is right. Lines of other keys
    /// are passed over, as the specification demands: whoever changes those changes nothing that was vouched for.
    pub fn verify(&self, keys: &[VerifyingKey]) -> Result<&str, NoteError> {
        let mut accepted: Vec<(&str, u32)> = Vec::new();
        for NoteSignature { name, id, bytes } in &self.signatures {
            let Some(key) = keys.iter().find(|key| key.name() == name && key.id() == *id) else { continue };
            if accepted.contains(&(name, *id)) {
                return Err(NoteError::Repeated { name: name.clone(), id: *id });
            }
            if !key.accepts(self.text.as_bytes(), bytes) {
                return Err(NoteError::Signature { name: name.clone(), id: *id });
            }
            accepted.push((name, *id));
        }
        if accepted.is_empty() { Err(NoteError::Unknown { signers: self.signers() }) } else { Ok(&self.text) }
    }

    /// The lines of signatures, right or wrong.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The first few who signed, for an error.
    fn signers(&self) -> String {
        /// Enough to see whose note it is.
        const SHOWN_MAX: usize = 4;
        let shown = self.signatures.iter().take(SHOWN_MAX);
        shown
            .map(|signature| format!("`{}+{:08x}`", signature.name, signature.id))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(formatter, "{signature}"))
    }
}

fn is_text(text: &str) -> Result<(), NoteError> {
    if text.len() > NOTE_BYTES_MAX {
        return Err(NoteError::Malformed("its text is longer than a million bytes"));
    }
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("its text does not end with a newline"));
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Malformed("its text has a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example in the documentation of golang.org/x/mod/sumdb/note.
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    fn keys(count: u8) -> Vec<SigningKey> {
        let key = |number: u8| SigningKey::from_secret("example.com/log", &[number; 32]).unwrap();
        (0..count).map(key).collect()
    }

    fn public(keys: &[SigningKey]) -> Vec<VerifyingKey> {
        keys.iter().map(|key| key.verifying_key().clone()).collect()
    }

    #[test]
    fn a_note_of_go_is_signed_and_verified_alike() {
        let key = SigningKey::parse(SECRET).unwrap();
        let note = Note::sign(TEXT.into(), &[&key]).unwrap();
        assert_eq!(note.to_string(), format!("{TEXT}\n{SIGNATURE}"));
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(read.verify(&[key.verifying_key().clone()]), Ok(TEXT));
    }

    #[test]
    fn after_a_rotation_either_key_verifies_and_a_stranger_does_not() {
        let keys = keys(3);
        let note = Note::sign("text\n".into(), &[&keys[0], &keys[1]]).unwrap();
        let public = public(&keys);
        for known in [&public[..1], &public[1..2], &public[..]] {
            assert_eq!(note.verify(known), Ok("text\n"));
        }
        assert!(matches!(note.verify(&public[2..]), Err(NoteError::Unknown { .. })));
        assert!(matches!(note.verify(&[]), Err(NoteError::Unknown { .. })));
    }

    #[test]
    fn a_wrong_signature_of_a_known_key_is_not_outweighed_by_a_right_one() {
        let keys = keys(2);
        let mut note = Note::sign("text\n".into(), &[&keys[0], &keys[1]]).unwrap();
        note.signatures[1].bytes[0] ^= 1;
        assert!(matches!(note.verify(&public(&keys)), Err(NoteError::Signature { .. })));
        assert!(note.verify(&public(&keys[..1])).is_ok());
    }

    #[test]
    fn a_known_key_signs_once() {
        let keys = keys(1);
        let note = Note::sign("text\n".into(), &[&keys[0], &keys[0]]).unwrap();
        assert!(matches!(note.verify(&public(&keys)), Err(NoteError::Repeated { .. })));
    }

    #[test]
    fn a_hundred_signatures_are_taken_and_no_more() {
        let keys = keys(101);
        let all: Vec<_> = keys.iter().collect();
        let note = Note::sign("text\n".into(), &all[..100]).unwrap().to_string();
        assert!(Note::parse(note.as_bytes()).unwrap().verify(&public(&keys[99..])).is_ok());
        let longer = note + "— someone aaaaaaaa\n";
        assert!(Note::parse(longer.as_bytes()).is_err());
        assert!(Note::sign("text\n".into(), &all).is_err());
        assert!(Note::sign("text\n".into(), &[]).is_err());
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        let good = format!("{TEXT}\n{SIGNATURE}");
        assert!(Note::parse(good.as_bytes()).is_ok());
        let broken = [
            String::new(),
            "\n\n".into(),
            TEXT.into(),
            SIGNATURE.into(),
            format!("{TEXT}{SIGNATURE}"),
            format!("{TEXT}\n{SIGNATURE}\n"),
            good.trim_end().to_owned(),
            good.replace("— ", "- "),
            good.replace("PeterNeumann x", "PeterNeumann  x"),
            good.replace("AM=\n", "AM\n"),
            good.replace("AM=\n", "AM= \n"),
            good.replace("— PeterNeumann x08go", "— PeterNeumann x08gow==\n— PeterNeumann x08go"),
            good.replace("If you", "If\tyou"),
            good.replace('\n', "\r\n"),
        ];
        for note in broken {
            assert!(Note::parse(note.as_bytes()).is_err(), "{note:?}");
        }
        for text in ["", "no newline", "a\u{1}b\n", "a\rb\n"] {
            assert!(Note::sign(text.into(), &[&keys(1)[0]]).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_note_comes_back_and_is_verified(lines in prop::collection::vec("[^\\x00-\\x1f]{0,20}", 1..6)) {
            let (keys, text) = (keys(2), lines.join("\n") + "\n");
            let note = Note::sign(text.clone(), &[&keys[0], &keys[1]]).unwrap();
            let read = Note::parse(note.to_string().as_bytes()).unwrap();
            prop_assert_eq!(&read, &note);
            prop_assert_eq!(read.verify(&public(&keys)).unwrap(), text);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, text in "[a\n— +=]{0,40}") {
            let _ = Note::parse(&bytes);
            if let Ok(note) = Note::parse(text.as_bytes()) {
                prop_assert_eq!(note.to_string(), text);
            }
        }
    }
}
