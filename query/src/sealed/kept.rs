//! Queries that are kept, as those of legal holds: what is protected in records is protected in them too. The values stand
//! in them as envelopes, each sealed for the person it is about, so that nothing of somebody who was forgotten stays.

use palisade_seal::{Error, Kind, Protected, envelopes};

use super::{Sealed, SealedError};
use crate::language::{Comparison, Expr, Query, Term, Test, parse};

/// What the envelopes of kept queries are bound to, in the place of a stream and a record.
const STREAM: &str = "palisade.queries";
const RECORD: [u8; 16] = [0; 16];

impl Sealed {
    /// The text of a query as it may be kept: each value of a protected field, each word that is a protected value, and
    /// each text in which a detector finds one, is an envelope. A query without such values stays as it was written.
    pub(crate) fn seal_query(&self, text: &str) -> Result<String, SealedError> {
        let mut sealing = self.keyring.begin(STREAM)?;
        let mut sealed = 0;
        let query = rewritten(text, &mut |term| {
            let Some(value) = value_of(&mut term.test) else { return Ok(()) };
            let Some(name) = self.protection_of(term.field.as_ref().map(|field| &*field.text), value)? else {
                return Ok(());
            };
            let mut envelope = Vec::new();
            let plaintext = value.as_bytes();
            let (record, kind, subject) = (&RECORD, Kind::Text, None);
            sealing
                .seal(&Protected { record, name: &name, kind, subject, value, plaintext }, &mut envelope)?;
            *value = String::from_utf8(envelope).unwrap_or_default();
            sealed += 1;
            Ok(())
        })?;
        let _proof = sealing.finish()?;
        Ok(if sealed == 0 { text.to_owned() } else { query })
    }

    /// The query as it was written, but for blanks and brackets.
    pub(crate) fn open_query(&self, text: &str) -> Result<String, SealedError> {
        if envelopes(text.as_bytes()).next().is_none() {
            return Ok(text.to_owned());
        }
        rewritten(text, &mut |term| {
            let Some(value) = value_of(&mut term.test) else { return Ok(()) };
            if envelopes(value.as_bytes()).next().is_some_and(|envelope| envelope.range == (0..value.len())) {
                let opened = self.keyring.unseal(STREAM, &RECORD, [], value.as_bytes())?;
                *value = String::from_utf8_lossy(&opened.plaintext).into_owned();
            }
            Ok(())
        })
    }

    /// The name under which a value in a condition is protected.
    fn protection_of(&self, field: Option<&str>, value: &str) -> Result<Option<String>, Error> {
        if let Some(name) = field.and_then(|field| self.names_of(field).first().copied()) {
            return Ok(Some(name.to_owned()));
        }
        for name in self.names() {
            if !self.keyring.tokens(name, value)?.is_empty() {
                return Ok(Some(name.to_owned()));
            }
        }
        let mut found = Vec::new();
        for policy in self.policies.iter() {
            policy.detectors().find(value, &mut found);
            if let Some(found) = found.first() {
                return Ok(Some(found.name.to_owned()));
            }
        }
        Ok(None)
    }
}

/// A kept query as it is shown: of each envelope the token only.
pub(crate) fn masked(text: &str) -> String {
    let (mut masked, mut at) = (String::new(), 0);
    for envelope in envelopes(text.as_bytes()) {
        masked.push_str(&text[at..envelope.range.start]);
        masked.push_str(super::LABEL);
        masked.push_str(&envelope.token.to_string());
        at = envelope.range.end;
    }
    masked + &text[at..]
}

fn rewritten(
    text: &str,
    change: &mut impl FnMut(&mut Term) -> Result<(), SealedError>,
) -> Result<String, SealedError> {
    let Query { mut filter, pipes } = parse(text)?;
    each_term(&mut filter, change)?;
    Ok(Query { filter, pipes }.to_string())
}

fn each_term(
    expr: &mut Expr,
    change: &mut impl FnMut(&mut Term) -> Result<(), SealedError>,
) -> Result<(), SealedError> {
    match expr {
        Expr::All => Ok(()),
        Expr::And(parts) | Expr::Or(parts) => parts.iter_mut().try_for_each(|part| each_term(part, change)),
        Expr::Not(inner) => each_term(inner, change),
        Expr::Term(term) => change(term),
    }
}

/// The value that a test asks for as a whole.
fn value_of(test: &mut Test) -> Option<&mut String> {
    match test {
        Test::Text(value) | Test::Compare { comparison: Comparison::Equal | Comparison::NotEqual, value } => {
            Some(value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use palisade_seal::keyring::ErasureRequest;

    use super::super::tests::{seal, sealed};
    use super::*;

    #[test]
    fn a_kept_query_has_no_protected_value_in_clear_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        _ = seal(&sealed, "patient_id", "CANARY-2");
        for query in [
            "patient_id:CANARY-1 action:read",
            "action:read and (patientId=\"CANARY-1\" or not patient_id!=CANARY-3)",
            "CANARY-2",
        ] {
            let kept = sealed.seal_query(query).unwrap();
            assert!(!kept.contains("CANARY") && kept.contains("<sealed:"), "{kept}");
            assert!(!masked(&kept).contains("<sealed:") && masked(&kept).contains("sealed:"), "{kept}");
            let printed = |text: &str| parse(text).unwrap().to_string();
            assert_eq!(printed(&sealed.open_query(&kept).unwrap()), printed(query));
        }
    }

    #[test]
    fn a_query_without_protected_values_is_kept_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        for query in ["  action:read   AND user_id:u-1", "\"connection reset\"", "*", "card:*"] {
            assert_eq!(sealed.seal_query(query).unwrap(), query);
            assert_eq!(sealed.open_query(query).unwrap(), query);
        }
    }

    #[test]
    fn what_was_kept_about_somebody_goes_with_him() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        let kept = sealed.seal_query("patient_id:P-1").unwrap();
        let request = ErasureRequest {
            name: "patient_id",
            value: "P-1",
            linked: false,
            reason: "asked to be forgotten",
            by: "ada",
        };
        sealed.keyring().erase(&request).unwrap();
        assert!(sealed.open_query(&kept).unwrap_err().to_string().contains("erased"));
    }
}
