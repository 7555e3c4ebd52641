//! Questions about sealed values: a value that is asked for becomes the tokens that it has in the records.

mod kept;

pub(crate) use kept::masked;

use std::sync::Arc;

use palisade_record::canonical::canonical;
use palisade_seal::policy::Policy;
use palisade_seal::{Error, Keyring, UnsealError};

use crate::language::{Comparison, Expr, Name, QueryError, Span, Term, Test};

/// What a token is written behind.
const LABEL: &str = "sealed:";

const MESSAGE: &str = "message";

/// What is sealed in records, and the keys to find it.
#[derive(Clone)]
pub struct Sealed {
    keyring: Arc<Keyring>,
    policies: Arc<[Policy]>,
}

/// Why a question about sealed values cannot be asked.
#[derive(thiserror::Error, Debug)]
pub(crate) enum SealedError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Keys(#[from] Error),
    #[error("a value in a query that was kept cannot be read: {0}")]
    Kept(#[from] UnsealError),
}

impl Sealed {
    /// With the keys by which, and the policies under which, records are sealed.
    pub fn new(keyring: Arc<Keyring>, policies: Arc<[Policy]>) -> Self {
        Self { keyring, policies }
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The condition with every equality also asked by token. Conditions on sealed fields that a token cannot answer are
    /// refused.
    pub(crate) fn expand(&self, expr: Expr) -> Result<Expr, SealedError> {
        let each =
            |parts: Vec<Expr>| parts.into_iter().map(|part| self.expand(part)).collect::<Result<_, _>>();
        Ok(match expr {
            Expr::All => Expr::All,
            Expr::And(parts) => Expr::And(each(parts)?),
            Expr::Or(parts) => Expr::Or(each(parts)?),
            Expr::Not(inner) => Expr::Not(Box::new(self.expand(*inner)?)),
            Expr::Term(term) => self.expand_term(term)?,
        })
    }

    fn expand_term(&self, term: Term) -> Result<Expr, SealedError> {
        let names = match &term.field {
            Some(field) => self.names_of(&field.text),
            None => self.names(),
        };
        if names.is_empty() {
            return Ok(Expr::Term(term));
        }
        let (value, is_not) = match (&term.test, &term.field) {
            (Test::Text(value), _) => (value, false),
            (Test::Compare { comparison: Comparison::Equal, value }, Some(_)) => (value, false),
            (Test::Compare { comparison: Comparison::NotEqual, value }, Some(_)) => (value, true),
            (Test::Exists, _) | (_, None) => return Ok(Expr::Term(term)),
            (_, Some(field)) => return Err(refused(field, term.span).into()),
        };
        let mut tests = Vec::new();
        for name in names {
            for token in self.keyring.tokens(name, value)? {
                let value = format!("{LABEL}{token}");
                let (field, span) = (term.field.clone(), term.span);
                let test = match (&field, is_not) {
                    (None, _) => Test::Text(value),
                    (Some(_), true) => Test::Compare { comparison: Comparison::NotEqual, value },
                    (Some(_), false) => {
                        // It may stand inside of a message that is an object itself, or that names it.
                        let message = Some(Name { text: MESSAGE.to_owned(), span });
                        let test = Test::Text(value.clone());
                        tests.push(Expr::Term(Term { field: message, test, span }));
                        Test::Compare { comparison: Comparison::Equal, value }
                    }
                };
                tests.push(Expr::Term(Term { field, test, span }));
            }
        }
        if tests.is_empty() {
            return Ok(Expr::Term(term));
        }
        tests.insert(0, Expr::Term(term));
        Ok(if is_not { Expr::And(tests) } else { Expr::Or(tests) })
    }

    /// The protections that cover a field in some stream, by its own name or by the canonical one.
    fn names_of(&self, field: &str) -> Vec<&str> {
        let of_policy = |policy: &'_ Policy| -> Option<String> {
            let name =
                policy.protection_name_of(field).or_else(|| policy.protection_name_of(canonical(field)));
            name.map(str::to_owned)
        };
        let mut names: Vec<&str> = Vec::new();
        for policy in self.policies.iter() {
            let Some(found) = of_policy(policy) else { continue };
            if let Some(name) = policy.protection_names().find(|name| *name == found)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.policies.iter().flat_map(Policy::protection_names).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn refused(field: &Name, span: Span) -> QueryError {
    let name = &field.text;
    let hint = format!(
        "ask for a whole value, as {name}:VALUE or {name}=VALUE; beginnings, patterns and ranges of sealed values cannot \
        be searched, by nobody"
    );
    QueryError::new(span, format!("`{name}` is sealed"), hint)
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::{ManualClock, Timestamp};
    use palisade_seal::policy::Protection;
    use palisade_seal::{Kind, MemoryKeyStore, Protected, Settings, open_root};

    use super::*;
    use crate::language::{Query, parse};

    pub(super) fn sealed(folder: &std::path::Path) -> Sealed {
        let root = open_root(&format!("file:{}", folder.join("root.key").display())).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap()));
        let store = Arc::new(MemoryKeyStore::new());
        let keyring = Keyring::open(store, root, "default", clock, Settings::default()).unwrap();
        let fields = vec!["patient_id".to_owned(), "card".to_owned()];
        let protection = Protection { stream: "audit".into(), fields, ..Protection::default() };
        Sealed::new(Arc::new(keyring), Arc::new([Policy::new(&protection).unwrap()]))
    }

    pub(super) fn seal(sealed: &Sealed, name: &str, value: &str) -> String {
        let mut sealing = sealed.keyring().begin("audit").unwrap();
        let mut envelope = Vec::new();
        let plaintext = value.as_bytes();
        let protected =
            Protected { record: &[0; 16], name, kind: Kind::Json, subject: None, value, plaintext };
        sealing.seal(&protected, &mut envelope).unwrap();
        sealing.finish().unwrap();
        String::from_utf8(envelope).unwrap()[1..40].to_owned()
    }

    fn expand(sealed: &Sealed, query: &str) -> Result<String, String> {
        let expr = sealed.expand(parse(query).unwrap().filter).map_err(|error| error.to_string())?;
        Ok(Query { filter: expr, pipes: Vec::new() }.to_string())
    }

    #[test]
    fn a_value_is_asked_for_by_its_tokens_too() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        let token = seal(&sealed, "patient_id", "P-1");
        for (query, expected) in [
            ("patient_id:P-1", format!("patient_id:P-1 or message:\"{token}\" or patient_id=\"{token}\"")),
            (
                "patientId = \"p-1\"",
                format!("patientId=\"p-1\" or message:\"{token}\" or patientId=\"{token}\""),
            ),
            (
                "not patient_id:P-1",
                format!("not (patient_id:P-1 or message:\"{token}\" or patient_id=\"{token}\")"),
            ),
            ("patient_id!=P-1", format!("patient_id!=P-1 and patient_id!=\"{token}\"")),
            ("P-1", format!("P-1 or \"{token}\"")),
            ("patient_id:P-2", "patient_id:P-2".to_owned()),
            ("patient_id:*", "patient_id:*".to_owned()),
            ("user_id:P-1", "user_id:P-1".to_owned()),
            ("card:P-1", "card:P-1".to_owned()),
        ] {
            let parsed = |text: &str| parse(text).unwrap().to_string();
            assert_eq!(parsed(&expand(&sealed, query).unwrap()), parsed(&expected), "{query}");
        }
    }

    #[test]
    fn what_a_token_cannot_answer_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        for query in ["patient_id:P-*", "patient_id:/P-[0-9]+/", "patient_id>5", "patient_id:[1 TO 5]"] {
            let refusal = expand(&sealed, query).unwrap_err();
            assert!(
                refusal.contains("`patient_id` is sealed") && refusal.contains("whole value"),
                "{refusal}"
            );
        }
        assert!(expand(&sealed, "P-*").is_ok(), "nobody's field in particular");
    }
}
